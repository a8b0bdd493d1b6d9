"""logs, exec, shell, restart: on what runs, and nothing else."""

from __future__ import annotations

import json
import os
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.compose.resolve import Profiles
from dockgate.core import project
from dockgate.engine.containers import Port
from dockgate.stack import runtimes
from dockgate.system import audit
from dockgate.tasks import setup
from tests.unit import projects
from tests.unit.stack.startup.stacks import HEALTHY, container, model, service
from tests.unit.tasks import world as worlds

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.tasks.world import World


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    made = worlds.make(tmp_path, model(service("db"), service("api", db=HEALTHY)), monkeypatch)
    assert made.inv("up", "--env=dev", monkeypatch=monkeypatch) == 0
    made.commands.clear()
    return made


def test_exec_passes_the_command_and_its_exit_code(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Word by word, into the service's own container."""
    world.code = 9
    words = ("exec", "--env=dev", "--service=api", "--user=7", "--set=A=1", "--", "echo", "a b", "--env=prod")
    assert world.inv(*words, monkeypatch=monkeypatch) == 9
    argv = world.attached[0].argv
    assert argv[1:] == ("exec", "--interactive", "--user=7", "--env=A=1", "api-1", "echo", "a b", "--env=prod")


@pytest.mark.parametrize(
    ("line", "code", "error"),
    [
        (
            "exec --env=dev --service=db",
            2,
            "a command is required after --\n  → inv exec --env=dev --service=db -- CMD …",
        ),
        ("exec --env=dev", 2, "a command is required after --\n  → inv exec --env=dev --service=api -- CMD …"),
        ("exec --env=dev -- true", 2, "--service is required\n  → --service=NAME"),
        (
            "exec --env=dev --service=apii -- true",
            2,
            "unknown service 'apii' in shop-dev. Did you mean api?\n  → services: api, db",
        ),
        ("exec --env=dev --service=db -- true", 5, "db is not running\n  → inv up --env=dev starts it"),
        ("shell --env=dev", 2, "--service is required\n  → --service=NAME"),
        (
            "logs --env=dev --service=db --service=x",
            2,
            "unknown service 'x' in shop-dev.\n  → services: api, db",
        ),
        ("restart --env=dev --service=db", 5, "db is not running\n  → inv up --env=dev starts it"),
        ("logs --env=prod", 5, "stack shop-prod does not exist\n  → inv up --env=prod starts it"),
    ],
)
def test_what_is_not_said_or_not_there_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], line: str, code: int, error: str
) -> None:
    """No command, no service, a service that is not there or does not run."""
    world.engine.listed["db-1"]["state"] = "exited"
    if "prod" in line:
        world.engine.listed.clear()
        world.engine.project = "shop-prod"
    capsys.readouterr()
    assert world.inv(*line.split(), monkeypatch=monkeypatch) == code
    assert capsys.readouterr().err.partition("error: ")[2].replace(" (nothing was changed)", "") == f"{error}\n"
    assert world.attached == []


def test_shell_says_when_there_is_none(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """An image without a shell is a failed tool with another way, not a riddle."""
    world.code = 127
    assert world.inv("shell", "--env=dev", "--service=api", monkeypatch=monkeypatch) == 5
    world.code = 0
    assert world.inv("shell", "--env=dev", "--service=api", monkeypatch=monkeypatch) == 0
    assert "/dev/null" not in " ".join(world.attached[-1].argv)  # prompt and errors of a shell go to stderr
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    for terminal in (False, True):
        monkeypatch.setattr("sys.stdout.isatty", lambda both=terminal: both)
        assert world.inv("shell", "--env=dev", "--service=api", monkeypatch=monkeypatch) == 0
        assert ("--tty" in world.attached[-1].argv) is terminal


def test_open_shows_the_first_page(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its address in a pipe; in a terminal a browser opens it, too."""
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    assert world.inv("open", "--env=dev", monkeypatch=monkeypatch) == 5
    entry = world.engine.listed["api-1"]
    entry["one"] = replace(entry["one"], ports=(Port(5432, 5432, "127.0.0.1"), Port(8000, 18000, "127.0.0.1")))
    capsys.readouterr()
    assert world.inv("open", "--env=dev", monkeypatch=monkeypatch) == 0
    assert (capsys.readouterr().out, opened) == ("http://127.0.0.1:18000\n", [])
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert world.inv("open", "--env=dev", "--service=api", "--json", monkeypatch=monkeypatch) == 0
    assert (json.loads(capsys.readouterr().out), opened) == ({"url": opened[0]}, ["http://127.0.0.1:18000"])
    assert world.inv("open", "--env=dev", "--service=db", monkeypatch=monkeypatch) == 5


def test_logs_pass_what_was_asked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """To Compose, which needs no file for it."""
    world.engine.listed["api-1"] |= {"state": "exited"}
    words = ("logs", "--env=dev", "--service=api", "--follow", "--tail=3", "--since=10m", "--timestamps")
    assert world.inv(*words, monkeypatch=monkeypatch) == 0
    argv = " ".join(world.attached[0].argv)
    assert "logs --timestamps --follow --tail 3 --since 10m api" in argv
    for code, ours in ((3, 5), (1, 5), (130, 130)):
        world.code = code
        assert world.inv("logs", "--env=dev", monkeypatch=monkeypatch) == ours
    assert "--timestamps" not in world.attached[-1].argv


def test_logs_that_are_read_in_part_are_no_failure(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """`| head` closes the pipe, and Compose exits 1 or dies of it."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", closefd=True) as stdout:
        monkeypatch.setattr("sys.stdout", stdout)
        for world.code in (1, 141):
            assert world.inv("logs", "--env=dev", monkeypatch=monkeypatch) == 0


def test_restart_stops_and_starts_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one container holds alone is stopped first; 5 when health does not come."""
    world.engine.started.clear()
    world.model = replace(world.model, raw={"services": {"db": {"volumes": [{"type": "volume", "source": "data"}]}}})
    for entry in world.engine.listed.values():
        entry |= {"state": "exited", "health": "", "code": 0}
    world.engine.listed["db-1"] |= {"state": "running", "health": "healthy"}
    assert world.inv("restart", "--env=dev", "--service=db", monkeypatch=monkeypatch) == 0
    assert world.ran() == ["stop db"]
    world.engine.react = {"api": [("die", 1)]}
    world.engine.listed["api-1"] |= {"state": "exited", "health": "", "code": 0}
    assert world.inv("restart", "--env=dev", monkeypatch=monkeypatch) == 5
    keys = ("result", "environment", "instance", "services")
    lines = [line for line in audit.lines(project.load(world.folder)) if line["action"] == "restart"]
    assert [[line[key] for key in keys] for line in lines] == [
        ["healthy", "dev", "", "api, db"],
        ["failed", "dev", "", "api, db"],
    ]


def test_restart_says_what_failed(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """After the time that was given; what providers have is fetched for the model."""
    outcome = SimpleNamespace(failed=("api", "db"), failures=("api: unhealthy", "db: gone"))
    asked: list[object] = []
    preview = setup.preview

    def previewed(*given: Any, fetched: bool) -> Any:
        asked.append(fetched)
        return preview(*given, fetched=fetched)

    def ended(_runtime: object, *given: Any) -> Any:
        asked.append((given[-1].timeout, given[-1].listener is None))
        return outcome

    loaded = project.load(world.folder)
    monkeypatch.setattr(type(runtimes.of(loaded, projects.stack(loaded))), "run", ended)
    monkeypatch.setattr(setup, "preview", previewed)
    capsys.readouterr()
    assert world.inv("restart", "--env=dev", "--timeout=7", monkeypatch=monkeypatch) == 5
    failed = "error: not healthy after the restart: api, db\n  → inv logs --env=dev\n"
    assert capsys.readouterr().err.endswith(f"\napi: unhealthy\ndb: gone\n{failed}")
    assert asked == [True, (7.0, False)]


def test_restart_rolls_what_may_have_a_second_container(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The new one is healthy before the old one is stopped."""
    world.engine.started.clear()
    world.commands.clear()
    assert world.inv("restart", "--env=dev", "--service=api", monkeypatch=monkeypatch) == 0
    assert world.ran() == [
        "up --no-start --no-build --pull never --quiet-pull --no-deps --no-recreate --scale api=2 api"
    ]
    assert (world.engine.started, world.engine.stopped, world.engine.removed) == (["api-2"], ["api-1"], ["api-1"])


@pytest.mark.parametrize("task", ["restart", "up", "status", "plan"])
def test_a_profile_that_is_up_stays_part_of_the_stack(world: World, monkeypatch: pytest.MonkeyPatch, task: str) -> None:
    """Without it the model lacks what `restart` stops, and what is watched by `status`."""
    known = worlds.labels("db") | {"dev.dockgate.profiles": "monitoring"}
    entry = world.engine.listed["db-1"]
    entry["one"] = container("db", labels=known)
    entry |= {"state": "running", "health": "healthy"}
    world.inv(task, "--env=dev", monkeypatch=monkeypatch)
    assert world.profiles == Profiles((), ("monitoring",))
