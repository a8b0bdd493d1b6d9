"""What `up` refuses, what runs before it and around it, and whose stack it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import force_setattr

from dockgate.core import project
from dockgate.core.endpoint import Endpoint
from dockgate.core.findings import Finding, Severity
from dockgate.core.location import Location
from dockgate.core.target import stack_lock
from dockgate.guardrails import Report
from dockgate.system import locks
from tests.unit.projects import PYPROJECT
from tests.unit.stack.startup.stacks import container
from tests.unit.tasks import world as worlds
from tests.unit.tasks.stack.words import MODEL, up

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.tasks.world import World


LOCK = stack_lock("shop-dev", Endpoint("unix:///nowhere/docker.sock", "DOCKER_HOST"))


def test_another_checkouts_stack_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither started over nor removed."""
    other = container("api", "running", "healthy", labels=worlds.labels("api", folder="/elsewhere"))
    world.engine.listed[other.id] = {"one": other, "state": "running", "health": "healthy"}
    assert up(world, monkeypatch) == 2
    assert world.inv("down", "--env=dev", monkeypatch=monkeypatch) == 2
    assert world.ran() == []


def test_another_environments_stack_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even from the same checkout."""
    other = container("api", "running", "healthy", labels=worlds.labels("api", "prod"))
    world.engine.listed[other.id] = {"one": other, "state": "running", "health": "healthy"}
    assert up(world, monkeypatch) == 2


def test_hooks_run_around_up(world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Shown by `plan`; a hook before it that fails changes nothing, one after it is not run when `up` fails."""
    tables = "".join(
        f'[[tool.dockgate.hooks.{when}-up]]\ncommand = ["sh", "-c", "echo {when}"]\n' for when in ("before", "after")
    )
    settings = world.folder / "pyproject.toml"
    plain = settings.read_text(encoding="utf-8")
    settings.write_text(plain + tables, encoding="utf-8")
    assert world.inv("plan", "--env=dev", monkeypatch=monkeypatch) == 0
    shown = capsys.readouterr().out.splitlines()
    assert len(shown) > 2
    assert (shown[0], shown[-1]) == (
        "run sh -c echo before (hook before-up)",
        "run sh -c echo after (hook after-up)",
    )
    started = [command.argv[0] for command in world.commands]
    assert up(world, monkeypatch) == 0
    ran = [" ".join(command.argv) for command in world.commands[len(started) :]]
    assert (ran[0], ran[-1]) == ("sh -c echo before", "sh -c echo after")
    world.engine.listed["db-1"]["state"] = "exited"
    world.engine.react = {"db": [("die", 1)]}
    capsys.readouterr()
    assert up(world, monkeypatch) == 5
    assert "after-up" not in capsys.readouterr().err


def test_missing_secrets_name_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, before anything is built."""
    world = worlds.make(tmp_path, MODEL, monkeypatch, "prod")
    assert world.inv("up", "--env=prod", monkeypatch=monkeypatch) == 2
    said = capsys.readouterr().err
    assert "inv secrets.init --env=prod" in said
    assert "unreleased build" in said.splitlines()[0]
    assert world.images == []


def test_a_locked_stack_exits_7(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Another process changes it now, stood in for by a lock that is not this one's."""
    monkeypatch.setattr(locks, "_ours", set())
    loaded = project.load(tmp_path, {"PATH": "/bin"})
    with locks.held(loaded, LOCK, "a test"):
        monkeypatch.setattr(locks, "_ours", set())
        assert up(world, monkeypatch) == 7
        assert world.inv("down", "--env=dev", monkeypatch=monkeypatch) == 7


def test_what_only_compose_can_start_is_started_by_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hooks, for one; and health is looked at afterwards."""
    force_setattr(world.model, "raw", {"services": {"api": {"post_start": [{"command": ["x"]}]}}})
    up(world, monkeypatch)
    assert world.ran()[0].startswith("up --detach --wait")


def test_the_guard_comes_before_secrets_and_whose_stack_it_is(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it refuses is told, and no provider is asked, no container looked at for its owner."""
    world.report = Report((Finding(Location("pyproject.toml"), "DG403", Severity.ERROR, "a stack of prod", "dev"),))
    monkeypatch.setattr("dockgate.stack.prepare.environment", lambda *_: pytest.fail("secrets were read"))
    assert up(world, monkeypatch) == 3
    assert "DG403 [dev]: a stack of prod" in capsys.readouterr().err


@pytest.mark.parametrize("task", ["plan", "config", "status"])
def test_what_only_looks_asks_no_provider(
    task: str, world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It names the reference; `up` asks. A provider's program may be anything that a checkout names."""
    (world.folder / "env/dev.env").write_text("TOKEN=cmd:op\nKEY=cmd:op\n")
    key = '[KEY]\ntype = "string"\ndescription = "as well"\nsecret = true\n'
    (world.folder / "env/schema.toml").write_text(worlds.SCHEMA + key)
    declared = '[tool.dockgate.providers.op]\ncommand = ["vault-of-the-checkout"]\n'
    (world.folder / "pyproject.toml").write_text(PYPROJECT + declared)
    world.inv(task, "--env=dev", monkeypatch=monkeypatch)
    said = "dev: from providers, not asked for now: TOKEN (cmd:op), KEY (cmd:op)"
    assert said in capsys.readouterr().err.splitlines()
    assert all("vault-of-the-checkout" not in command.argv for command in world.commands)
    up(world, monkeypatch)
    assert any("vault-of-the-checkout" in command.argv for command in world.commands)


def test_what_is_refused_changed_nothing_and_is_said_once(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A finding, and an error of the configuration; each keeps its exit code."""
    found = Finding(Location("env/dev.env", 1, 1), "DG201", Severity.ERROR, "holds X of prod", "dev", "remove it")
    world.report = Report((found,), ())
    assert up(world, monkeypatch) == 3
    said = capsys.readouterr().err
    assert said.count("holds X of prod") == 1
    assert said.endswith("\nerror: blocked by 1 finding (nothing was changed)\n")
    world.report = Report()
    (world.folder / "env/dev.env").write_text("")
    assert up(world, monkeypatch) == 2
    assert "(nothing was changed)\n  → " in capsys.readouterr().err
