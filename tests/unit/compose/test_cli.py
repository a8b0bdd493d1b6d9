"""The questions that Compose is asked, and what of its answers is taken."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.compose import cli
from dockgate.compose.handed import Handed
from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.core.plan import Command
from dockgate.core.secret import MASK, Secret
from dockgate.system import process
from dockgate.system.process import Result
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.project import Project

START = ("docker", "compose")
KNOWN = (Secret("Kupferkanne tanzt"),)


class Compose:
    """Answers each command with the next of some results, and remembers how it was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *results: Result) -> None:
        self.results = list(results)
        self.asked: list[tuple[Command, bytes | None, bool]] = []
        monkeypatch.setattr(process, "run", self.run)

    def run(self, command: Command, *, stdin: bytes | None = None, check: bool = True) -> Result:
        self.asked.append((command, stdin, check))
        return self.results.pop(0)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return projects.make(tmp_path)


def config(project: Project, warned: list[str]) -> dict[str, Any]:
    return cli.config(
        project, {"A": "1"}, secrets=KNOWN, arguments=START, flags=("--no-interpolate",), warn=warned.append
    )


def test_the_document_is_asked_for_as_json(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each warning is handed on, without the secrets that it repeats."""
    said = f'level=warning msg="no {KNOWN[0].reveal()}"\nlevel=warning msg=two'
    compose, warned = Compose(monkeypatch, Result(0, b'{"name": "p"}', said.encode(), 0.0)), list[str]()
    assert config(project, warned) == {"name": "p"}
    argv = (*START, "config", "--format", "json", "--no-interpolate")
    assert compose.asked == [(Command(argv, {"A": "1"}, project.root, 60.0, KNOWN), None, False)]
    assert warned == [f"no {MASK}", "two"]


@pytest.mark.parametrize(
    ("result", "error", "what"),
    [
        (
            Result(15, b"", b"no such thing\n", 0.0),
            ConfigError,
            "Compose rejects the files of the environment: no such thing",
        ),
        (Result(-9, b"", b"", 0.0), ToolFailedError, "Compose was killed by signal 9"),
        (Result(0, b"[1]", b"", 0.0), ToolFailedError, "Compose did not print valid JSON"),
        (Result(0, b"{", b"", 0.0), ToolFailedError, "Compose did not print valid JSON"),
        (Result(0, b"[" * 200_000, b"", 0.0), ToolFailedError, "Compose did not print valid JSON"),
    ],
)
def test_what_compose_does_not_answer_is_an_error_with_its_command(
    project: Project, monkeypatch: pytest.MonkeyPatch, result: Result, error: type[Exception], what: str
) -> None:
    Compose(monkeypatch, result)
    with pytest.raises(error) as caught:
        config(project, [])
    fix = "the command was: docker compose config --format json --no-interpolate"
    assert str(caught.value) == f"{what}\n  → {fix}"


@pytest.mark.parametrize("text", ["x: $TOKEN", "include: [x.yaml]\nx: $FILE_ONLY"])
def test_both_documents_are_asked_for(project: Project, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Where further files are read, the one without values says which secrets the other one needs."""
    asked: list[tuple[dict[str, str], tuple[str, ...], tuple[str, ...]]] = []

    def ask(
        _project: Project, env: dict[str, str], *, secrets: tuple[Secret, ...], arguments: Any, flags: Any = ()
    ) -> dict[str, Any]:
        asked.append((env, arguments, flags))
        assert secrets == handed.secrets
        return {"written": "$TOKEN"} if flags else {"document": 1}

    monkeypatch.setattr(cli, "config", ask)
    handed = Handed({"TOKEN": Secret("kept apart"), "FILE_ONLY": Secret("not given")})
    found = cli.documents(project, {"A": "1"}, handed, START, {"a.yaml": text})
    assert found == ({"document": 1}, {"written": "$TOKEN"}, {"TOKEN": "kept apart"})
    assert sorted(asked, key=lambda each: each[1]) == [
        ({"A": "1", "TOKEN": "kept apart"}, START, ()),
        ({"A": "1"}, (*START, "--profile", "*"), ("--no-interpolate",)),
    ]


def test_without_secrets_further_files_are_read_at_once(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "both", lambda _first, _second: ({"document": 1}, {"written": 1}))
    found = cli.documents(project, {}, Handed(), START, {"a.yaml": "include: [x.yaml]"})
    assert found == ({"document": 1}, {"written": 1}, {})


def test_hashes_are_read_from_lines(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    compose = Compose(monkeypatch, Result(0, b"api 1\n\nweb  2\n", b"", 0.0), Result(0, b"", b"", 0.0))
    assert cli.hashes(project, START, {"A": "1"}) == {"api": "1", "web": "2"}
    assert cli.hashes(project, START, {"A": "1"}, b"{}") == {}
    command = Command((*START, "config", "--hash", "*"), {"A": "1"}, project.root, 60.0)
    assert compose.asked == [(command, None, True), (command, b"{}", False)]


@pytest.mark.parametrize(
    ("result", "what"),
    [
        (
            Result(0, b"api\n", b"", 0.0),
            "Compose did not print a service and its hash on each line\n  → see: docker compose config --hash '*'",
        ),
        (
            Result(0, b"api 1 2\n", b"", 0.0),
            "Compose did not print a service and its hash on each line\n  → see: docker compose config --hash '*'",
        ),
        (
            Result(1, b"", b"hunter2", 0.0),
            "Compose did not read its own document again\n  → the command was: docker compose config --hash '*'",
        ),
    ],
)
def test_hashes_that_cannot_be_read_are_an_error(
    project: Project, monkeypatch: pytest.MonkeyPatch, result: Result, what: str
) -> None:
    Compose(monkeypatch, result)
    with pytest.raises(ToolFailedError) as caught:
        cli.hashes(project, START, {}, b"")
    assert str(caught.value) == what


def test_a_service_with_env_files_gets_the_hash_of_the_document(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = {"services": {"api": {"image": "a"}, "web": {}}}
    first, again = Result(0, b"api 1\nweb 1\n", b"", 0.0), Result(0, b"api 2\nweb 2\n", b"", 0.0)
    compose, env = Compose(monkeypatch, first, again, first), {"A": "1"}
    arguments = ("docker", "-f", "a.yaml", "-p", "x", "-f", "b.yaml", "--profile", "*")
    written = {"services": {"api": {"env_file": []}, "web": {"environment": {}}}}
    assert cli.hashed(project, env, lambda: document, arguments, written) == (document, {"api": "2", "web": "1"})
    resolved = ("docker", "-p", "x", "--profile", "*", "-f", "-", "config", "--hash", "*")
    assert compose.asked[1] == (Command(resolved, env, project.root, 60.0), json.dumps(document).encode(), False)
    assert cli.hashed(project, env, lambda: document, arguments, {}) == (document, {"api": "1", "web": "1"})


def test_a_program_has_the_time_of_its_installation(tmp_path: Path) -> None:
    file = tmp_path / "docker"
    file.touch()
    os.utime(file, (5, 7))
    assert (cli.stamp(str(file)), cli.stamp(str(tmp_path / "none"))) == (7.0, 0.0)
