"""What `guard` gives to the rules: which environments, which target, whose containers; and what it says meanwhile."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from dockgate import guardrails
from dockgate.core.errors import ConfigError
from dockgate.core.findings import Finding, Severity
from dockgate.core.location import Location
from dockgate.guardrails import Report, baseline, project_check
from dockgate.tasks import guard, waiting
from dockgate.tasks.framework import Session
from tests.unit import projects

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path


class Task:
    """A session of the made-up project, whose rules note what they are given."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        project = projects.make(folder)
        self.session = Session(json=False, root=folder)
        vars(self.session)["project"] = project
        self.asked: list[tuple[object, ...]] = []
        self.waits: list[object] = []
        self.everything = tuple(project.environments.values())
        monkeypatch.setattr(self.session, "target", lambda env: projects.stack(project, env))
        monkeypatch.setattr(waiting, "told", self.told)
        monkeypatch.setattr(project_check, "run", self.run)
        monkeypatch.setattr(project_check, "containers", lambda *given: ("containers", *given))

    def told(self, *given: object) -> AbstractContextManager[None]:
        self.waits.append(given)
        return nullcontext()

    def run(self, situation: object, environments: Any, target: object, *listed: Callable[[], object]) -> Report:
        self.asked.append((situation, tuple(environments), target, *(each() for each in listed)))
        return Report()


@pytest.fixture
def task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Task:
    return Task(tmp_path, monkeypatch)


def test_everything_is_looked_at_where_nothing_is_named(task: Task) -> None:
    """Of no engine: which stack would be asked for is not known."""
    assert guard._whole(task.session, "") == Report()
    assert task.asked == [(task.session.situation, task.everything, None)]
    assert task.waits == [(waiting.GUARD, sys.stderr)]


def test_one_environment_is_looked_at_with_its_stack(task: Task) -> None:
    """Its containers are those that the engine has now."""
    target = projects.stack(task.session.project)
    assert guard._whole(task.session, "dev") == Report()
    situation = task.session.situation
    found = ("containers", situation, target)
    assert task.asked == [(situation, (target.environment,), target, found)]
    assert task.waits == [(waiting.GUARD, sys.stderr)]


def test_a_baseline_is_of_everything(
    task: Task, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is written beside the configuration."""

    def update(*given: object) -> tuple[int, int]:
        assert given == (task.session.project.root, Report())
        return 2, 1

    monkeypatch.setattr(baseline, "update", update)
    guard._record(task.session, others=False)
    assert task.asked == [(task.session.situation, task.everything, None)]
    assert task.waits == [(waiting.GUARD, sys.stderr)]
    assert capsys.readouterr().out == "env/guard-baseline.json: 2 added, 1 removed; commit it\n"


@pytest.mark.parametrize("staged", [True, False])
def test_files_are_those_of_the_project(task: Task, monkeypatch: pytest.MonkeyPatch, *, staged: bool) -> None:
    """In the index, or all that are tracked."""
    reports = {name: Report() for name in ("check_staged", "check_tracked")}
    for name, report in reports.items():
        monkeypatch.setattr(
            guardrails, name, lambda given, each=report: each if given is task.session.project else None
        )
    found = guard._files(task.session, "", staged=staged, all_files=not staged)
    assert found is reports["check_staged" if staged else "check_tracked"]
    assert task.waits == [(waiting.GUARD, sys.stderr)]


@pytest.mark.parametrize("gone", [0, 3])
def test_what_was_repaired_leaves_the_baseline(task: Task, monkeypatch: pytest.MonkeyPatch, gone: int) -> None:
    """Unless an environment cannot be read, or decrypted: its findings may be there all the same."""
    lines: list[str] = []
    situation = type(task.session.situation)

    def prune(*given: object) -> int:
        assert given == (task.session.project.root, Report())
        return gone

    def surveyed(*sealed: bool) -> Any:
        return SimpleNamespace(layers=[SimpleNamespace(sealed=each) for each in sealed])

    def unreadable(_situation: object, _environment: object) -> None:
        raise ConfigError("cannot be read")

    monkeypatch.setattr(task.session, "say", lines.append)
    monkeypatch.setattr(situation, "survey", lambda *_: surveyed(False, False))  # noqa: FBT003 - none is sealed
    monkeypatch.setattr(baseline, "prune", prune)
    guard._prune(task.session, Report())
    said = f"env/guard-baseline.json: {gone} repaired, and removed from it; commit it"
    assert lines == ([said] if gone else [])
    monkeypatch.setattr(baseline, "prune", lambda *_: pytest.fail("not all was looked at"))
    unread = Finding(Location("pyproject.toml"), "DG000", Severity.WARNING, "could not look", "dev")
    guard._prune(task.session, Report((unread,)))
    for survey in (unreadable, lambda *_: surveyed(False, True)):  # noqa: FBT003 - one is
        monkeypatch.setattr(situation, "survey", survey)
        guard._prune(task.session, Report())
