"""The tests of an API that a rehearsal runs: a release's own, and those that the release before had."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core import project as projects_core
from dockgate.core.errors import FindingsError, ToolFailedError
from dockgate.release.pipeline import api_tests, rehearsal
from dockgate.system import process
from dockgate.system.process import Result
from tests.unit import projects
from tests.unit.release.releasing import git

if TYPE_CHECKING:
    from dockgate.core.plan import Command
    from dockgate.core.project import Project

RELEASE = f"{projects.PYPROJECT}\n[tool.dockgate.release]\napi-tests = %r\n"
ADDRESS = "https://127.0.0.1:49152"


def committed(root: Path, words: str) -> tuple[Project, str]:
    """Return a project, and its commit with this command; what is on disk differs."""
    project = projects.make(root, RELEASE % words)
    (root / "then").touch()
    git(root, "init", "--quiet", "--template=")
    git(root, "add", "--all")
    git(root, "-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "--quiet", "--message=then")
    commit = git(root, "rev-parse", "HEAD")
    (root / "then").unlink()
    return projects_core.load(project.root, project.process), commit


def test_an_older_releases_tests_are_those_of_its_commit(tmp_path: Path) -> None:
    """Its command, its files, the address of what runs."""
    words = f'sh -c "test -f then && test $DOCKGATE_ADDRESS = {ADDRESS}"'
    assert api_tests.run_of(*committed(tmp_path, words), ADDRESS)


def test_a_failing_test_is_shown(tmp_path: Path) -> None:
    """The end of what it said."""
    words = 'sh -c "seq 21; echo 500 for /orders >&2; exit 3"'
    with pytest.raises(ToolFailedError) as caught:
        api_tests.run_of(*committed(tmp_path, words), ADDRESS)
    end = "".join(f"\n  | {line}" for line in (*range(4, 22), "", "500 for /orders"))
    assert str(caught.value) == f"{words} exited 3{end}"


def test_tests_run_with_the_tools_of_this_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In their own folder, whether there is a path or not."""
    given: list[Command] = []

    def run(command: Command, *, check: bool) -> Result:
        assert not check
        given.append(command)
        return Result(0, b"", b"", 0.0)

    monkeypatch.setattr(process, "run", run)
    tools = Path(sys.executable).parent
    for known in ({"PATH": "/usr/bin", "HOME": "/home"}, {"HOME": "/home"}):
        project = projects.make(tmp_path, process=known)
        api_tests.run(project, "pytest 'tests/the api'", tmp_path / "then", ADDRESS)
    assert [(each.argv, each.cwd, each.timeout) for each in given] == [
        (("pytest", "tests/the api"), tmp_path / "then", 900.0)
    ] * 2
    assert [(each.env["PATH"], each.env["DOCKGATE_ADDRESS"], each.env["HOME"]) for each in given] == [
        (f"{tools}:/usr/bin", ADDRESS, "/home"),
        (f"{tools}:", ADDRESS, "/home"),
    ]


def test_a_release_without_tests_has_none(tmp_path: Path) -> None:
    """Nothing was promised then."""
    assert not api_tests.run_of(*committed(tmp_path, ""), ADDRESS)


def before(tmp_path: Path, words: str, *, may_fail: bool = False) -> Any:
    """Ask a release before that starts well, by its own tests."""
    project, commit = committed(tmp_path, words)
    known = rehearsal.Before("0.9.0", {}, may_fail=may_fail, commit=commit)
    return rehearsal._before(project, SimpleNamespace(), known, lambda *_: None)  # type: ignore[arg-type]


def test_a_release_before_that_fails_its_own_tests_is_not_compatible(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one that does not start: refused, unless the changelog says so."""
    monkeypatch.setattr(rehearsal, "_address", lambda _stage: ADDRESS)
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
    assert before(tmp_path / "a", "true") == {"version": "0.9.0", "compatible": True, "tests": True}
    assert before(tmp_path / "b", "false", may_fail=True) == {"version": "0.9.0", "compatible": False}
    with pytest.raises(FindingsError, match=r"0\.9\.0 does not run on the database .*: false exited 1"):
        before(tmp_path / "c", "false")
