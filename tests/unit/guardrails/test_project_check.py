"""What each check of a whole run is about, and what becomes of what cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.compose.resolve import Reading
from dockgate.core.errors import ConfigError, MissingToolError
from dockgate.core.findings import Finding, Severity
from dockgate.core.location import Location
from dockgate.guardrails import Report, Scope, Subject, project_check
from dockgate.guardrails.report import Checked
from dockgate.situation import Situation
from tests.guardrails.scenes import target
from tests.unit import projects
from tests.unit.stack.startup.stacks import container

if TYPE_CHECKING:
    from pathlib import Path

MODEL = {"name": "shop", "services": {"api": {"image": "x"}}}
WRITTEN = {"services": {"api": {"image": "${X}"}}}
FOUND = Finding(Location("a"), "DG1", Severity.ERROR, "m")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Subject]:
    """Return the subjects that are checked; each check finds the same."""
    seen: list[Subject] = []

    def check(subject: Subject) -> Report:
        seen.append(subject)
        return Report((FOUND,), (Checked(subject.environment.name, ()),))

    monkeypatch.setattr(project_check, "check", check)
    return seen


def made(folder: Path) -> Situation:
    """Return a project with two environments that can be read, and one that cannot."""
    layers = {f"env__{name}_env": "" for name in ("base", "dev", "prod")}
    return Situation(projects.make(folder, projects.PYPROJECT, None, **layers))


def test_each_environment_is_checked_with_its_model_and_the_files_once(
    tmp_path: Path, asked: list[Subject], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a target, also what runs there: who owns its containers, each owner once."""
    situation = made(tmp_path)
    dev, prod = (situation.project.environments[name] for name in ("dev", "prod"))
    reading = Reading(MODEL, WRITTEN, "")
    monkeypatch.setattr(Situation, "reading", lambda *_: reading)
    standing = [container(name, labels={"dev.dockgate.environment": name}) for name in ("dev", "dev", "prod")]
    standing.append(container("x", labels={}))
    engine = target("prod")
    report = project_check.run(situation, (prod,), engine, lambda: standing)
    assert report == Report((FOUND,), (Checked("prod", ()), Checked("dev", ())))
    of_prod, files = asked
    assert of_prod == Subject(
        situation,
        prod,
        frozenset({Scope.SCHEMA, Scope.ENV, Scope.TARGET, Scope.MODEL}),
        situation.survey(prod),
        reading.model.raw,
        WRITTEN,
        reading.model.uses,
        engine,
        tuple({"dev.dockgate.environment": name} for name in ("dev", "prod", "")),
    )
    assert files == Subject(situation, dev, frozenset({Scope.FILES}))
    asked.clear()
    project_check.run(situation, (dev, prod), None)
    assert [(each.environment.name, sorted(each.scopes), each.stack_labels) for each in asked if each.resolved] == [
        (name, ["env", "model", "schema"], ()) for name in ("dev", "prod")
    ]


def test_one_that_cannot_be_read_is_a_finding_beside_the_others(
    tmp_path: Path, asked: list[Subject], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of its layers, of its model: the file that the error names, else its last Compose file, else the project's."""
    situation = made(tmp_path)
    every = situation.project.environments
    error: dict[str, Any] = {"where": None}

    def refuse(*_words: object) -> Reading:
        raise ConfigError("is wrong", where=error["where"], fix="correct it")

    monkeypatch.setattr(Situation, "reading", refuse)
    report = project_check.run(situation, (every["staging"],), None)
    assert {each.code for each in report.findings} == {"DG1", "DG100"}
    assert [each.environment.name for each in asked] == ["dev"]
    dev = every["dev"]
    for where, files, place in (
        (Location("x", 3), dev.files, Location("x", 3)),
        (None, dev.files, Location("compose/dev.yaml")),
        (None, (), Location("pyproject.toml")),
    ):
        error["where"] = where
        found = project_check.run(situation, (replace(dev, files=files),), None).findings
        assert [each for each in found if each.code == "DG000"] == [
            Finding(place, "DG000", Severity.ERROR, "could not read the Compose model: is wrong", "dev", "correct it")
        ]
    assert [sorted(each.scopes) for each in asked[-2:]] == [["env", "schema"], ["files"]]


def test_an_engine_that_does_not_answer_is_a_finding(tmp_path: Path) -> None:
    """The file is where the engine of the environment is listed."""
    dev = made(tmp_path).project.environments["dev"]
    error = MissingToolError("does not answer", fix="start it")
    assert project_check.unseen(error, dev, "dockgate.toml") == Finding(
        Location("dockgate.toml"),
        "DG000",
        Severity.ERROR,
        "could not query the engine: does not answer",
        "dev",
        "start it",
    )
