"""What every task that changes something looks at first: the rules, the containers, what providers gave."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from dockgate import guardrails
from dockgate.core.errors import FindingsError
from dockgate.core.findings import Finding, Severity
from dockgate.core.location import Location
from dockgate.guardrails import Report, Scope, Subject, project_check
from dockgate.secrets import fetch
from dockgate.secrets.fingerprints import innocent_cache
from dockgate.secrets.fingerprints import policy as fingerprint_policy
from dockgate.stack import ownership
from dockgate.tasks import preflight
from dockgate.tasks.framework import Session
from tests.unit import projects
from tests.unit.stack.startup.stacks import container

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WHERE = Location("env/dev.env", 1)
ERROR = Finding(WHERE, "DG201", Severity.ERROR, "holds X of prod")
WARNING = Finding(WHERE, "DG301", Severity.WARNING, "is mounted")
API = container("api", "running")


class Task:
    """A session of the made-up project, and what it says."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        projects.make(folder)
        self.said: list[str] = []
        self.session = Session(json=False, root=folder)
        monkeypatch.setattr(self.session, "say", self.said.append)
        self.target = projects.stack(self.session.project)
        self.prod = projects.stack(self.session.project, "prod")


@pytest.fixture
def task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Task:
    return Task(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("findings", "said", "ended"),
    [
        ((), [], ""),
        ((WARNING,), ["guard: 1 warning; inv guard --env=dev shows them"], ""),
        ((WARNING, WARNING), ["guard: 2 warnings; inv guard --env=dev shows them"], ""),
        ((WARNING, ERROR), [str(ERROR)], "blocked"),
    ],
)
def test_the_rules_decide_and_the_containers_are_returned(
    task: Task, monkeypatch: pytest.MonkeyPatch, findings: tuple[Finding, ...], said: list[str], ended: str
) -> None:
    """Warnings are counted, unless something blocks; whose stack it is, is looked at last."""
    situation, checked = task.session.situation, list[object]()

    def containers(*given: object) -> tuple[Any, ...]:
        assert given == (situation, task.target)
        return (API,)

    def run(given: object, environments: object, target: object, listed: Callable[[], object]) -> Report:
        assert (given, environments, target) == (situation, (task.target.environment,), task.target)
        assert listed() == (API,)
        return Report(findings)

    monkeypatch.setattr(project_check, "containers", containers)
    monkeypatch.setattr(project_check, "run", run)
    monkeypatch.setattr(ownership, "check", lambda *given: checked.append(given))
    if ended:
        with pytest.raises(FindingsError):
            preflight.guard(task.session, task.target)
    else:
        assert preflight.guard(task.session, task.target) == (API,)
    assert (task.said, checked) == (said, [] if ended else [(task.target, (API,))])


def resolved(*layers: str) -> Any:
    return SimpleNamespace(layers=[SimpleNamespace(name=name) for name in layers])


def test_what_providers_gave_is_looked_at(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the rules of values alone; without providers there is nothing new."""
    subjects: list[Subject] = []

    def check_fetched(subject: Subject) -> Report:
        subjects.append(subject)
        return Report((ERROR,))

    monkeypatch.setattr(guardrails, "check_fetched", check_fetched)
    preflight.guard_fetched(task.session, task.target, resolved("base", "dev"))
    assert (subjects, task.said) == ([], [])
    given = resolved("base", "providers")
    with pytest.raises(FindingsError, match="blocked by 1 finding"):
        preflight.guard_fetched(task.session, task.target, given)
    scopes = frozenset({Scope.SCHEMA, Scope.ENV})
    assert subjects == [Subject(task.session.situation, task.target.environment, scopes, given)]
    assert task.said == [str(ERROR)]


@pytest.mark.parametrize("unknown", [("A", "B"), ()])
def test_what_of_production_has_no_fingerprint_is_said(
    task: Task, monkeypatch: pytest.MonkeyPatch, unknown: tuple[str, ...]
) -> None:
    """Of what providers gave; another environment needs none."""
    saved: list[str] = []
    cache = SimpleNamespace(save=lambda: saved.append("saved"))
    given, project = resolved("providers"), task.session.project

    def of_machine(process: object) -> Any:
        assert process == project.process
        return cache

    def names(*words: object) -> tuple[str, ...]:
        assert words == (project.root, task.prod.environment, ("entries", ("given", given)), cache)
        return unknown

    monkeypatch.setattr(guardrails, "check_fetched", lambda _: Report())
    monkeypatch.setattr(innocent_cache, "of_machine", of_machine)
    monkeypatch.setattr(fetch, "given", lambda each: ("given", each))
    monkeypatch.setattr(fingerprint_policy, "fetched", lambda each: ("entries", each))
    monkeypatch.setattr(fingerprint_policy, "unknown", names)
    preflight.guard_fetched(task.session, task.target, given)
    assert (task.said, saved) == ([], [])
    preflight.guard_fetched(task.session, task.prod, given)
    line = "guard: A, B of prod have no fingerprint: inv secrets.fingerprint --env=prod"
    assert (task.said, saved) == ([line] if unknown else [], ["saved"])


def test_exemptions_are_said_before_what_blocks() -> None:
    """As they are in force."""
    said: list[str] = []
    exemption: Any = SimpleNamespace(__str__=str)
    report = Report((WARNING, ERROR), exemptions=(exemption,))
    with pytest.raises(FindingsError):
        preflight.enforce(report, said.append)
    assert said == [str(exemption), str(ERROR)]
