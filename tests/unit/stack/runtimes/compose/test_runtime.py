"""What runs in the foreground on one engine: logs, a command in a container, and one in a new container."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from dockgate.compose.model import Model
from dockgate.compose.resolve import Composition
from dockgate.stack.runtimes.compose.runtime import Compose
from dockgate.stack.runtimes.protocol import ExecRequest, LogRequest
from dockgate.system import docker_cli, process
from tests.unit import projects
from tests.unit.stack.startup.stacks import container

if TYPE_CHECKING:
    from dockgate.core.plan import Command
    from dockgate.stack.prepare import Prepared

LEAST, ALL = ExecRequest(("ls", "-l")), ExecRequest(("-l",), "root", ("A=b", "C=d"), terminal=True, entrypoint="/ls")
READY = Composition(("compose", "-p", "shop-dev"), {"A": "b"}, Path("/srv"), Model.parse({"services": {}}))


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[Command]:
    """Return the commands that got the terminal; each ends with code 7."""
    commands: list[Command] = []

    def attach(command: Command) -> int:
        commands.append(command)
        return 7

    monkeypatch.setattr(process, "attach", attach)
    monkeypatch.setattr(docker_cli, "docker", lambda _process: "docker")
    monkeypatch.setattr(docker_cli, "compose", lambda _process: ("docker-compose",))
    return commands


@pytest.fixture
def runtime(tmp_path: Path) -> Compose:
    project = projects.make(tmp_path)
    return Compose(project, projects.stack(project))


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (LEAST, "docker exec --interactive api-1 ls -l"),
        (ALL, "docker exec --interactive --tty --user=root --env=A=b --env=C=d api-1 -l"),
    ],
)
def test_exec(runtime: Compose, ran: list[Command], request_: ExecRequest, words: str) -> None:
    """The image's entrypoint has no part in it; the client gets the machine's environment, and no folder."""
    assert runtime.exec(container("api"), request_) == 7
    assert (" ".join(ran[0].argv), ran[0].cwd, ran[0].env["PATH"]) == (words, None, "/usr/bin:/bin")


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (LEAST, "--no-TTY api ls -l"),
        (ALL, "--entrypoint=/ls --user=root --env=A=b --env=C=d api -l"),
    ],
)
def test_run_once(runtime: Compose, ran: list[Command], request_: ExecRequest, words: str) -> None:
    """In a container that goes with it, and without those that it depends on."""
    prepared = cast("Prepared", SimpleNamespace(composition=READY))
    assert runtime.run_once(prepared, "api", request_) == 7
    start = "compose -p shop-dev run --rm --no-deps --pull missing --quiet-pull"
    assert (" ".join(ran[0].argv), ran[0].cwd, ran[0].env) == (f"{start} {words}", Path("/srv"), {"A": "b"})


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({}, "logs"),
        (
            {"services": ("api", "db"), "follow": True, "tail": 1, "since": "1m", "timestamps": True},
            "logs --timestamps --follow --tail 1 --since 1m api db",
        ),
    ],
)
def test_logs(runtime: Compose, ran: list[Command], asked: dict[str, Any], words: str) -> None:
    """By the stack's name alone, so that no file has to be right."""
    assert runtime.logs(LogRequest(**asked)) == 7
    assert " ".join(ran[0].argv) == f"docker-compose -p shop-dev --env-file /dev/null {words}"


def test_what_one_engine_has_no_need_of(runtime: Compose) -> None:
    """A lock of its own, notes on what another runtime leaves out; it has one engine."""
    with runtime.exclusive("up", 0.0, print):
        assert runtime.notes(cast("Prepared", None)) == ()
    assert [name for name, _ in runtime.engines()] == [""]
