"""The tasks `build` and `lint`: their documents and exit codes."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from dockgate import guardrails
from dockgate.core.findings import Finding, Severity
from dockgate.core.location import Location
from dockgate.guardrails import Report
from dockgate.guardrails.exemptions import Exemption
from dockgate.images import build as work
from dockgate.images import hadolint
from dockgate.images.budgets import Row
from dockgate.images.build import BuiltImage
from dockgate.tasks import images
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.endpoint import Endpoint
    from dockgate.core.project import Environment, Project


API = BuiltImage(
    "api", "API_IMAGE", "shop/api:1@sha256:x", "sha256:x", "sha256:x", 49_000_000, 17_000_000, 2.5, cached=False
)


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    projects.make(tmp_path)
    monkeypatch.chdir(tmp_path)


def run(task: Any, **flags: Any) -> None:
    task.body(object(), **flags)


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let everything be built, and return the environments that it was built for."""
    asked: list[str] = []

    def ensure(_project: Project, _endpoint: Endpoint, environment: Environment, *_rest: object) -> tuple[BuiltImage]:
        asked.append(environment.name)
        return (API,)

    monkeypatch.setattr(work, "ensure", ensure)
    monkeypatch.setattr(work, "budget", lambda *_arguments: (Row("api", "compressed", 25.0, 17.25, "MB"),))
    return asked


def test_build_says_that_nothing_is_its_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A repository whose Compose files pull and build."""
    for name in ("ensure", "budget"):
        monkeypatch.setattr(work, name, lambda *_: ())
    run(images.build, env="dev")
    assert capsys.readouterr().out == f"{images.NOTHING}\n"


@pytest.mark.usefixtures("built")
def test_build_prints_the_promised_document(capsys: pytest.CaptureFixture[str]) -> None:
    run(images.build, env="dev", image="", json=True)
    assert json.loads(capsys.readouterr().out) == {
        "images": [
            {
                "name": "api",
                "ref": "shop/api:1@sha256:x",
                "id": "sha256:x",
                "digest": "sha256:x",
                "bytes": 49_000_000,
                "compressed": 17_000_000,
                "seconds": 2.5,
                "cached": False,
            }
        ],
        "budgets": [
            {"image": "api", "what": "compressed", "limit": 25.0, "actual": 17.25, "headroom": 7.75, "unit": "MB"}
        ],
    }


def test_build_without_an_environment_builds_what_production_runs(built: list[str]) -> None:
    run(images.build, env="", image="", json=False)
    assert built == ["prod"]


def test_without_a_protected_environment_one_has_to_be_named(
    built: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    projects.make(tmp_path, '[tool.dockgate]\nname = "shop"\n[tool.dockgate.environments.dev]\n')
    with pytest.raises(SystemExit) as ended:
        run(images.build, env="", image="", json=False)
    assert (ended.value.code, built) == (2, [])
    assert capsys.readouterr().err.startswith("error: ")


@pytest.mark.parametrize(("severity", "code"), [(Severity.ERROR, 3), (Severity.WARNING, 0)])
def test_lint_fails_on_what_blocks(monkeypatch: pytest.MonkeyPatch, severity: Severity, code: int) -> None:
    found = Finding(Location("docker/Dockerfile", 1, 1), "DL3007", severity, "no")
    monkeypatch.setattr(hadolint, "lint", lambda _project, _paths: (found,))
    if code == 0:
        run(images.lint, json=False)
        return
    with pytest.raises(SystemExit) as caught:
        run(images.lint, json=False)
    assert caught.value.code == code


def test_lint_lists_its_files_and_findings(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(hadolint, "lint", lambda _project, _paths: ())
    run(images.lint, json=True)
    assert json.loads(capsys.readouterr().out) == {"files": [], "findings": []}


def test_both_are_tasks() -> None:
    assert [task.name for task in images.TASKS] == ["build", "lint"]


@pytest.mark.usefixtures("built")
def test_build_lists_the_exemptions_in_force(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As every run of the guardrails does; and what blocks stops it, each finding told."""
    exempt = Exemption("DG501", "docker/x/Dockerfile", "", "", "", "a base image", date(2030, 1, 31))
    finding = Finding(Location("docker/Dockerfile", 2, 1), "DG502", Severity.ERROR, "ARG holds a credential")
    monkeypatch.setattr(guardrails, "check", lambda _subject: Report((), (), (exempt,)))
    run(images.build, env="dev", image="", json=False)
    assert "exempt until 2030-01-31: DG501 docker/x/Dockerfile" in capsys.readouterr().err
    monkeypatch.setattr(guardrails, "check", lambda _subject: Report((finding, finding), (), (exempt,)))
    with pytest.raises(SystemExit) as stopped:
        run(images.build, env="dev", image="", json=False)
    assert stopped.value.code == 3
    assert "DG502" in capsys.readouterr().err
