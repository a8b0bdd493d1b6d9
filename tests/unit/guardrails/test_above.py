"""A project in a folder of a repository: what its stack uses above that folder is looked at, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.compose.resolve import Reading
from dockgate.guardrails import Scope, Subject, check_tracked, collect, project_check
from dockgate.situation import Situation
from dockgate.system.git import Git
from tests.unit import projects
from tests.unit.guardrails.repository import PROCESS, git

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.project import Project

PYPROJECT = '[tool.dockgate]\nname = "shop"\n[tool.dockgate.environments.dev]\nfiles = ["compose.yaml"]\nlayers = []\n'
COMPOSE = "services: {web: {image: web, env_file: [../.env]}}\n"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    top = tmp_path / "top"
    files = {
        ".env": "DB_PASSWORD=hT7dkqPz19xLmVbw\n",
        "keys/id_rsa": "a key\n",
        "keys[1]/id_rsa": "a key\n",
        "db.txt": "gR8vqLw2nXz5tYpK\n",
        "other/id_rsa": "of another service\n",
        "service/compose.yaml": COMPOSE,
    }
    for name, text in files.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(text)
    made = projects.make(top / "service", PYPROJECT, process={**PROCESS, "HOME": str(tmp_path / "home")})
    git(top, "init", "-q")
    git(top, "add", ".")
    git(top, "commit", "-qm", "all")
    return made


def model(project: Project) -> dict[str, Any]:
    mounts = [{"type": "bind", "source": str(project.root.parent / each), "target": "/k"} for each in ("keys", "gone")]
    service = {"image": "web", "volumes": mounts, "secrets": [{"source": "db", "target": "/run/secrets/db"}]}
    secrets = {"db": {"name": "db", "file": str(project.root.parent / "db.txt")}}
    return {"name": "shop-dev", "services": {"web": service}, "secrets": secrets}


def found(project: Project) -> set[tuple[str, str]]:
    report = project_check.run(Situation(project), project.environments.values(), None)
    return {(each.code, each.location.path) for each in report.findings}


def test_what_the_stack_uses_above_is_judged(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """An env file, a mounted folder and a secret's file that git tracks; what other services have is theirs."""
    monkeypatch.setattr(Situation, "reading", lambda *_: Reading(model(project), {}, ""))
    tracked = {("DG114", "../.env"), ("DG114", "../keys/id_rsa"), ("DG112", "../.env")}
    assert tracked <= found(project)
    assert "../db.txt" in str(project_check.run(Situation(project), project.environments.values(), None))
    assert "other/id_rsa" not in str(found(project))
    git(project.root.parent, "rm", "-q", "--cached", "keys/id_rsa", ".env")
    (project.root.parent / ".gitignore").write_text(".env\n")
    assert not tracked & found(project)


def test_a_file_above_is_named_as_git_does(project: Project) -> None:
    used = model(project)
    del used["services"]["web"]["volumes"]
    asked = Subject(Situation(project), project.environment("dev"), frozenset({Scope.MODEL}), model=used)
    context, _ = collect.collect(asked)
    assert [each.path for each in context.files] == ["../db.txt"]


def test_what_any_of_the_environments_uses_above_is_judged(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not only what the first one does, and only of those that are asked about."""
    dev = replace(project.environment("dev"), files=("alone.yaml",))
    both = replace(project, environments={"dev": dev, "test": replace(project.environment("dev"), name="test")})
    (project.root / "alone.yaml").write_text("services: {web: {image: web}}\n")
    nothing: dict[str, Any] = {"name": "shop-dev", "services": {}}
    uses = {"dev": nothing, "test": model(project)}
    monkeypatch.setattr(Situation, "reading", lambda _, each: Reading(uses[each.name], {}, ""))
    assert ("DG114", "../keys/id_rsa") in found(both)
    alone = project_check.run(Situation(both), (dev,), None)
    assert not any(each.location.path.startswith("..") for each in alone.findings)


def test_the_folder_of_a_project_without_credentials_above_is_harmless(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is in `../.env` decides, as in one of the project's own."""
    monkeypatch.setattr(Situation, "reading", lambda *_: Reading(model(project), {}, ""))
    (project.root.parent / ".env").write_text("URL=http://localhost\n")
    report = project_check.run(Situation(project), project.environments.values(), None)
    [finding] = [each for each in report.findings if (each.code, each.location.path) == ("DG114", "../.env")]
    assert str(finding.severity) == "warning"


def test_paths_above_are_taken_literally(project: Project) -> None:
    """A folder may be called like a pattern; what is not in the repository has no answer."""
    top = project.root.parent
    asked = Git(project).above([top / "keys[1]", top.parent, project.root / "compose.yaml"])
    assert set(asked) == {"../keys[1]/id_rsa"}
    assert Git(project).above([top, top / "service"]).keys() == {
        "../.env",
        "../db.txt",
        "../keys/id_rsa",
        "../keys[1]/id_rsa",
        "../other/id_rsa",
    }
    assert Git(replace(project, root=top)).above([top / "keys"]) == {}
    assert Git(replace(project, root=top.parent)).above([top / "keys"]) == {}


def test_all_files_says_that_those_above_are_not_looked_at(project: Project) -> None:
    """They are another project's, or the root's."""
    assert "not looked at: .. (of this repository, above this project)" in str(check_tracked(project))
    git(project.root, "init", "-q")
    assert "not looked at" not in str(check_tracked(project))
