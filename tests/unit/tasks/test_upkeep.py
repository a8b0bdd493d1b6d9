"""doctor and clean."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dockgate.core import project
from dockgate.engine import containers, sdk_client
from dockgate.release.promotion import retention
from dockgate.release.promotion.retention import Outdated
from dockgate.secrets import runtime_files
from dockgate.stack import doctor, leftovers
from dockgate.stack.doctor import Check
from dockgate.stack.leftovers import Found, Leftover
from dockgate.system import audit, locks, ram_folder
from tests.unit.stack.startup.stacks import model, service
from tests.unit.tasks import world as worlds

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.endpoint import Endpoint
    from tests.unit.tasks.world import World

FOUND = (Found("container", "1", "shop-dev-x-a", {}), Found("volume", "2", "shop-dev-x_data", {}))
HELD = (locks.State.HELD, None)
DEAD = (Leftover("shop-dev-x", "dev", "/nowhere/at/all", "nothing of the instance x runs", FOUND),)


class FakeEngine:
    """Stands for the engine: only its endpoint is looked at here."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return worlds.make(tmp_path, model(service("api")), monkeypatch)


def test_doctor_exits_4_when_something_is_missing(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And looks at the ports of every environment, or of the one named; the first line says what is looked at."""
    asked: list[dict[str, int]] = []

    def examine(_project: object, _endpoint: object, ports: dict[str, int]) -> list[Check]:
        asked.append(dict(ports))
        return [Check("engine", good=len(ports) > 1, found="x", fix="fix it")]

    monkeypatch.setattr(doctor, "examine", examine)
    monkeypatch.setattr(containers, "containers", lambda *_arguments: ())
    assert world.inv("doctor", monkeypatch=monkeypatch) == 0
    assert capsys.readouterr().err.startswith("environment dev staging prod · project shop · endpoint unix:///nowhere")
    assert world.inv("doctor", "--env=dev", "--json", monkeypatch=monkeypatch) == 4
    assert json.loads(capsys.readouterr().out)["good"] is False
    assert asked[0] == {f"DOOR_PORT of {name}": 8080 for name in ("dev", "staging", "prod")}
    assert asked[1] == {"DOOR_PORT of dev": 8080}


def test_clean_removes_what_is_dead_once_confirmed(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody to ask is a no; a dry run only tells; protected environments are named to the search."""
    removed: list[object] = []
    protected: list[object] = []

    def find(_engine: object, name: str, kept: list[str]) -> tuple[Leftover, ...]:
        protected.append((name, kept))
        return DEAD

    monkeypatch.setattr(sdk_client, "Engine", FakeEngine)
    monkeypatch.setattr(leftovers, "find", find)
    monkeypatch.setattr(leftovers, "remove", lambda _engine, found, **_options: removed.append(found))
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert world.inv("clean", monkeypatch=monkeypatch) == 6
    assert world.inv("clean", "--dry-run", monkeypatch=monkeypatch) == 0
    assert removed == []
    capsys.readouterr()
    assert world.inv("clean", "--yes", "--json", monkeypatch=monkeypatch) == 0
    assert json.loads(capsys.readouterr().out)["removed"] is True
    assert removed == [DEAD]
    assert protected[0] == ("shop", ["prod"])


def test_clean_leaves_a_stack_that_somebody_works_on(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Between being created and started nothing of it runs; the lock tells."""
    monkeypatch.setattr(sdk_client, "Engine", FakeEngine)
    monkeypatch.setattr(leftovers, "find", lambda *_a: DEAD)
    monkeypatch.setattr(locks, "inspect", lambda _project, name: HELD if name.startswith("shop-dev-x ") else 0)
    assert world.inv("clean", "--yes", "--json", monkeypatch=monkeypatch) == 0
    assert json.loads(capsys.readouterr().out) == {"steps": [], "removed": False}


def test_clean_removes_the_secrets_of_the_dead_too(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """They were on RAM for containers that are gone."""
    ram = tmp_path / "ram"
    monkeypatch.setattr(ram_folder, "places", lambda: (ram,))
    folder = runtime_files._named(ram, "shop-dev-x", "/nowhere/at/all")
    for path in (ram, folder.parent, folder):
        path.mkdir(mode=0o700)
    (folder / "TOKEN").write_text("x")
    monkeypatch.setattr(sdk_client, "Engine", FakeEngine)
    monkeypatch.setattr(leftovers, "find", lambda *_a: DEAD)
    monkeypatch.setattr(leftovers, "remove", lambda *_a, **_options: None)
    assert world.inv("clean", "--yes", monkeypatch=monkeypatch) == 0
    assert not folder.exists()


def test_clean_says_that_volumes_stay(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Data of a dead instance is not nothing, but goes only when asked."""
    monkeypatch.setattr(sdk_client, "Engine", FakeEngine)
    only = (replace(DEAD[0], objects=FOUND[1:]),)
    monkeypatch.setattr(leftovers, "find", lambda *_a: only)
    assert world.inv("clean", "--yes", monkeypatch=monkeypatch) == 0
    assert "--volumes" in capsys.readouterr().out


def test_clean_takes_old_images_only_when_asked(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the same plan; what was removed is in the audit log."""
    removed: list[str] = []
    kept: list[int] = []

    def find(_project: object, _engine: object, keep: int) -> tuple[Outdated, ...]:
        kept.append(keep)
        return (Outdated("shop/api:1.0.0", "old"),)

    monkeypatch.setattr(sdk_client, "Engine", FakeEngine)
    monkeypatch.setattr(FakeEngine, "remove_image", lambda _engine, name: removed.append(name), raising=False)
    monkeypatch.setattr(leftovers, "find", lambda *_arguments: ())
    monkeypatch.setattr(leftovers, "remove", lambda *_arguments, **_options: None)
    monkeypatch.setattr(retention, "find", find)
    assert world.inv("clean", "--yes", monkeypatch=monkeypatch) == 0
    assert world.inv("clean", "--images", "--dry-run", monkeypatch=monkeypatch) == 0
    assert removed == []
    capsys.readouterr()
    assert world.inv("clean", "--images", "--keep", "2", "--yes", "--json", monkeypatch=monkeypatch) == 0
    document = json.loads(capsys.readouterr().out)
    assert [(step["action"], step["target"]) for step in document["steps"]] == [("remove", "image shop/api:1.0.0")]
    assert (removed, kept) == (["shop/api:1.0.0"], [5, 2])
    (line,) = audit.lines(project.load(world.folder, {}))
    assert (line["action"], line["removed"]) == ("clean", "image shop/api:1.0.0")
