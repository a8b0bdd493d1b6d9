"""Unit tests reach no network and no engine, and start no Docker: a test that tries gets an error."""

from __future__ import annotations

import builtins
import inspect
import io
import shutil
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from dockgate.core.errors import DockgateError
from dockgate.core.secret import Secret
from dockgate.detection import credential
from dockgate.guardrails.hit import Hit
from dockgate.system import lock_folder
from tests import said

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dockgate.core.findings import Finding

REAL_POPEN = subprocess.Popen
REAL_WHICH = shutil.which
OPTIONAL = ("cosign", "trivy", "grype")
SHORTEST_SECRET = 8
ELSEWHERE = ("error: ", '  File "')  # lines that errors.txt has, and places in this checkout


def _no_network(*_arguments: Any) -> NoReturn:
    pytest.fail("a unit test tried to connect: use a fake at the edge, or make it an integration test")


class NoDocker(REAL_POPEN):  # type: ignore[type-arg]  # it takes whatever Popen takes
    """Popen for everything but Docker: git, ssh-keygen and the like are real where they are cheap."""

    def __init__(self, args: Sequence[str], *rest: Any, **options: Any) -> None:
        """Refuse Docker."""
        program = str(args if isinstance(args, str) else args[0]).rsplit("/", 1)[-1]
        if program.startswith("docker"):
            pytest.fail(f"a unit test tried to start {program}: use a fake at the edge, or make it an integration test")
        super().__init__(args, *rest, **options)


@pytest.fixture(autouse=True)
def no_engine_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make connecting and Docker fail."""
    monkeypatch.setattr(socket.socket, "connect", _no_network)
    monkeypatch.setattr(socket.socket, "connect_ex", _no_network)
    monkeypatch.setattr(subprocess, "Popen", NoDocker)


@pytest.fixture(autouse=True)
def no_lock_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep locks out of the user's own folder; what tests that folder asks it by `places`."""
    monkeypatch.setattr(lock_folder, "find", lambda _project: tmp_path)


@pytest.fixture(autouse=True)
def no_tool_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hide what is used where it is installed: only what a test puts into its own folder is."""

    def which(name: str, *rest: Any, **options: Any) -> str | None:
        found = REAL_WHICH(name, *rest, **options)
        return found if name not in OPTIONAL or (found and Path(found).is_relative_to(tmp_path)) else None

    monkeypatch.setattr(shutil, "which", which)


@pytest.fixture(autouse=True)
def no_secret_is_printed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Search everything that a test prints for every secret that it made; short and well-known ones could be words."""
    made: set[str] = set()
    said = io.StringIO()
    real_init, real_print = Secret.__init__, builtins.print

    def init(self: Secret, value: str) -> None:
        real_init(self, value)
        if len(value) >= SHORTEST_SECRET and not credential.is_ordinary(value):
            made.add(value)

    def told(*words: object, **options: Any) -> None:
        real_print(*words, file=said)
        real_print(*words, **options)

    monkeypatch.setattr(Secret, "__init__", init)
    monkeypatch.setattr(builtins, "print", told)
    yield
    shown = said.getvalue()
    assert [value for value in made if value in shown and "BEGIN CERTIFICATE" not in value] == []


@pytest.fixture(autouse=True)
def what_is_said_is_known(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hold errors, findings and printed lines of a test to files of its folder; what is drawn differs each time."""
    made, found, lines = list[DockgateError](), list[str](), list[str]()
    real_init, real_print, real_finding = DockgateError.__init__, builtins.print, Hit.finding

    def init(self: DockgateError, what: str, **options: Any) -> None:
        real_init(self, what, **options)
        made.append(self)

    def told(*words: object, **options: Any) -> None:
        if _caller().startswith("dockgate."):  # Invoke breaks its lines for a terminal that may be there
            lines.extend(" ".join(map(str, words)).splitlines())
        real_print(*words, **options)

    def finding(self: Hit, code: str, environment: str) -> Finding:
        made = real_finding(self, code, environment)
        if made.code.startswith("DG"):  # a linter's words are its own
            found.append(f"({made.name}) {made}" if made.name else str(made))
        return made

    monkeypatch.setattr(DockgateError, "__init__", init)
    monkeypatch.setattr(Hit, "finding", finding)
    monkeypatch.setattr(builtins, "print", told)
    yield
    if not hasattr(request.function, "hypothesis"):
        said.hold(request.path.with_name("errors.txt"), map(_told, made))
        said.hold(request.path.with_name("findings.txt"), found)
        said.hold(request.path.with_name("printed.txt"), (each for each in lines if not each.startswith(ELSEWHERE)))


def _told(error: DockgateError) -> str:
    # What a tool said stands behind a colon, and is another tool's next year.
    what = error.what.partition(": ")[0].partition("\n")[0]
    return f"{error.kind} {f'{error.where}: ' if error.where else ''}{what} → {error.fix}"


def _caller() -> str:
    """Return the module that prints: these fixtures may stand behind one another."""
    frame = inspect.currentframe()
    while frame and frame.f_globals["__name__"] == __name__:
        frame = frame.f_back
    return str(frame.f_globals["__name__"]) if frame else ""
