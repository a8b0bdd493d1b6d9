"""`down`: what it removes, what it says first, and who has to confirm it."""

from __future__ import annotations

import io
import json
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from dockgate.core import project
from dockgate.core.endpoint import Endpoint
from dockgate.core.target import stack_lock
from dockgate.system import audit, locks
from tests.unit.stack.startup.stacks import container
from tests.unit.tasks import world as worlds
from tests.unit.tasks.stack.words import MODEL, up
from tests.unit.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.tasks.world import World


LOCK = stack_lock("shop-dev", Endpoint("unix:///nowhere/docker.sock", "DOCKER_HOST"))


def test_down_removes_the_stack_and_keeps_volumes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Volumes only when asked, and confirmed."""
    up(world, monkeypatch)
    world.networks, world.volumes, world.commands = ["shop-dev_default"], ["shop-dev_data"], []
    assert world.inv("down", "--env=dev", monkeypatch=monkeypatch) == 0
    assert world.ran() == ["down --remove-orphans"]
    assert world.volumes == ["shop-dev_data"]
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert world.inv("down", "--env=dev", "--volumes", monkeypatch=monkeypatch) == 6
    assert world.volumes == ["shop-dev_data"]
    assert world.inv("down", "--env=dev", "--volumes", "--yes", monkeypatch=monkeypatch) == 0
    assert world.volumes == []


def test_down_removes_volumes_that_nothing_names(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An image declares a volume and the file mounts none: it has data, and once its container is gone no label."""
    up(world, monkeypatch)
    anonymous = "ab" * 32
    world.engine.listed["api-1"]["volumes"] = [anonymous, "other_data"]
    world.volumes, world.commands = ["shop-dev_data"], []
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert world.inv("down", "--env=dev", "--volumes", monkeypatch=monkeypatch) == 6
    said = capsys.readouterr()
    assert (anonymous in said.out + said.err, "other_data" in said.out + said.err) == (True, False)
    assert world.inv("down", "--env=dev", "--volumes", "--yes", monkeypatch=monkeypatch) == 0
    assert world.ran() == ["down --remove-orphans --volumes"]
    assert world.volumes == []


def test_down_shows_first_what_it_removes(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole plan, volumes only where they are asked for; nothing is removed, and nothing is asked."""
    up(world, monkeypatch)
    world.networks, world.volumes, world.commands = ["shop-dev_default"], ["shop-dev_data"], []
    capsys.readouterr()
    assert world.inv("down", "--env=dev", "--dry-run", monkeypatch=monkeypatch) == 0
    shown = capsys.readouterr().out
    containers = "".join(f"remove p-{name}-1 (container)\n" for name in ("api", "db", "migrate"))
    assert shown == f"{containers}remove shop-dev_default (network)\n"
    assert world.inv("down", "--env=dev", "--dry-run", "--volumes", "--json", monkeypatch=monkeypatch) == 0
    there = {"environment": "dev", "project": "shop-dev", "existed": True}
    steps = [
        {"action": "remove", "target": name, "cause": cause, "effect": "destroy"}
        for name, cause in (
            *((f"p-{name}-1", "container") for name in ("api", "db", "migrate")),
            ("shop-dev_default", "network"),
            ("shop-dev_data", "volume, with all data in it"),
        )
    ]
    assert json.loads(capsys.readouterr().out) == {**there, "steps": steps}
    assert (world.ran(), world.volumes) == ([], ["shop-dev_data"])
    assert world.inv("down", "--env=dev", "--volumes", "--yes", "--json", monkeypatch=monkeypatch) == 0
    names = {"containers": [step["target"] for step in steps[:3]], "networks": ["shop-dev_default"]}
    assert json.loads(capsys.readouterr().out) == {**there, **names, "volumes": ["shop-dev_data"], "secrets": True}


def test_down_leaves_a_line_in_the_audit_log(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was removed, its lost volumes among it; nothing for a stack that was not there."""
    world.inv("down", "--env=dev", monkeypatch=monkeypatch)
    loaded = project.load(world.folder, {"PATH": "/bin"})
    assert [line for line in audit.lines(loaded) if line["action"] == "down"] == []
    up(world, monkeypatch)
    world.volumes = ["shop-dev_data"]
    assert world.inv("down", "--env=dev", "--volumes", "--yes", monkeypatch=monkeypatch) == 0
    (line,) = (line for line in audit.lines(loaded) if line["action"] == "down")
    assert (line["result"], line["environment"], line["volumes"]) == ("done", "dev", "shop-dev_data")


def test_down_of_nothing_is_fine(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says so and exits 0."""
    assert world.inv("down", "--env=dev", "--json", monkeypatch=monkeypatch) == 0
    none: dict[str, object] = {"containers": [], "networks": [], "volumes": [], "secrets": False}
    document = {"environment": "dev", "project": "shop-dev", "existed": False, **none}
    assert json.loads(capsys.readouterr().out) == document


@pytest.mark.parametrize(
    ("words", "typed", "code"),
    [(("--yes",), "", 6), (("--confirm=staging",), "", 6), ((), "prod\n", 0), (("--confirm=prod",), "", 0)],
)
def test_a_protected_environment_wants_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], typed: str, code: int
) -> None:
    """Typed, or given in full; `--yes` is not it."""
    world = worlds.make(tmp_path, MODEL, monkeypatch, "prod")
    one = container("api", "running", "healthy", labels=worlds.labels("api", "prod"))
    world.engine.listed[one.id] = {"one": one, "state": "running", "health": "healthy"}
    monkeypatch.setattr("sys.stdin", Terminal(typed) if typed else io.StringIO())
    assert world.inv("down", "--env=prod", *words, monkeypatch=monkeypatch) == code
    assert bool(world.ran()) == (code == 0)


def test_down_waits_for_the_lock(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """For as long as --lock-wait says: the holder ends while we wait."""
    up(world, monkeypatch)
    loaded = project.load(tmp_path, {"PATH": "/bin"})
    with ExitStack() as other:
        other.enter_context(locks.held(loaded, LOCK, "a test"))
        monkeypatch.setattr(locks, "_ours", set())
        monkeypatch.setattr(time, "sleep", lambda _seconds: other.close())
        assert world.inv("down", "--env=dev", "--lock-wait=60", monkeypatch=monkeypatch) == 0
