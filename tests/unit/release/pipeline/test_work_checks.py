"""The checks before a release: the linters, the project's own, the guardrails."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import FindingsError, ToolFailedError
from dockgate.core.findings import Finding, Severity
from dockgate.core.location import Location
from dockgate.core.project import Project
from dockgate.guardrails import Report
from dockgate.images import dockerfiles, hadolint
from dockgate.system import process
from dockgate.system.process import Result

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dockgate.core.plan import Command
    from dockgate.core.project import Environment
    from dockgate.release.pipeline.work import EngineWork
    from dockgate.situation import Situation


def configured(parts: EngineWork, *checks: str) -> None:
    """Let the project have these checks, and the environment of this process."""
    own = {**parts.project.settings, "release": {"checks": list(checks)}}
    parts.project = Project(parts.project.root, "shop", parts.project.environments, own, dict(os.environ))


def test_lint_runs_hadolint_and_the_projects_own_checks(
    parts: EngineWork, monkeypatch: pytest.MonkeyPatch, said: list[str]
) -> None:
    """Each is named before it runs; what one said stands in a file, its end in the error."""
    linted: list[tuple[object, ...]] = []

    def lint(*given: object) -> tuple[()]:
        linted.append(given)
        return ()

    monkeypatch.setattr(hadolint, "lint", lint)
    monkeypatch.setattr(dockerfiles, "names", lambda root: [f"Dockerfile of {root}"])
    (parts.project.root / "pyproject.toml").write_text("")
    failing = "sh -c 'seq 41; echo the test that failed >&2; exit 3'"
    configured(parts, "true", failing)
    with pytest.raises(ToolFailedError) as caught:
        parts.lint()
    end = "".join(f"\n  | {line}" for line in (*range(4, 42), "", "the test that failed"))
    assert str(caught.value) == f"{failing} exited 3{end}\n  → .dockgate/release/check.log has all that it said"
    whole = "\n".join([*map(str, range(1, 42)), "", "the test that failed"])
    assert (parts.project.state / "release/check.log").read_text().strip() == whole
    assert said == ["true", failing]
    assert linted == [(parts.project, [f"Dockerfile of {parts.project.root}"])]
    configured(parts, "true")
    assert parts.lint() == {"checks": ["true"]}
    finding = Finding(Location("Dockerfile", 1), "DL3000", Severity.ERROR, "no")
    monkeypatch.setattr(hadolint, "lint", lambda *_: (finding, finding))
    with pytest.raises(FindingsError) as blocked:
        parts.lint()
    assert blocked.value.what == f"{finding}\n{finding}"


def test_a_check_runs_in_the_project_with_the_tools_of_this_installation(
    parts: EngineWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found before those of the path, which need not be there."""
    given: list[Command] = []

    def run(command: Command, *, check: bool) -> Result:
        assert not check
        given.append(command)
        return Result(0, b"", b"", 0.0)

    monkeypatch.setattr(hadolint, "lint", lambda *_: ())
    monkeypatch.setattr(process, "run", run)
    tools = Path(sys.executable).parent
    for known in ({"PATH": "/usr/bin", "HOME": "/home"}, {"HOME": "/home"}):
        own = {**parts.project.settings, "release": {"checks": ["nox -s 'unit tests'"]}}
        parts.project = Project(parts.project.root, "shop", parts.project.environments, own, known)
        parts.lint()
    assert [(each.argv, each.cwd, each.timeout) for each in given] == [
        (("nox", "-s", "unit tests"), parts.project.root, 1800.0)
    ] * 2
    assert [each.env["PATH"] for each in given] == [f"{tools}:/usr/bin", f"{tools}:"]
    assert given[0].env["HOME"] == "/home"


def test_guard_refuses(parts: EngineWork, monkeypatch: pytest.MonkeyPatch, said: list[str]) -> None:
    """What an environment or a file that git tracks must not hold stops the release before anything is made."""
    finding = Finding(Location("docs/x.md", 1), "DG203", Severity.ERROR, "no")
    advice = Finding(Location("docs/y.md", 1), "DG203", Severity.WARNING, "better not")
    whole, tracked = Report((advice,)), Report()

    def run(situation: Situation, environments: Iterable[Environment], target: None) -> Report:
        assert (situation.project, [*environments]) == (parts.project, [*parts.project.environments.values()])
        assert target is None
        return whole

    def check_tracked(project: Project) -> Report:
        assert project is parts.project
        return tracked

    monkeypatch.setattr("dockgate.guardrails.project_check.run", run)
    monkeypatch.setattr("dockgate.guardrails.check_tracked", check_tracked)
    assert (parts.guard(), said) == ({"findings": 1}, [])
    tracked = Report((finding,))
    with pytest.raises(FindingsError, match="blocked by 1 finding"):
        parts.guard()
    assert said == [str(finding)]
    whole, tracked = tracked, Report()
    with pytest.raises(FindingsError, match="blocked by 1 finding"):
        parts.guard()
