"""What is found in what builds take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from dockgate.guardrails import Scope, Subject, build_contexts, check
from dockgate.situation import Situation
from tests.guardrails.scenes import PROD_PASSWORD
from tests.unit.guardrails import repository
from tests.unit.guardrails.builds import COPIES, model

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.project import Project

SCOPES = frozenset({Scope.SCHEMA, Scope.ENV, Scope.MODEL})
OVERLAY = "services:\n  api:\n    build: ..\n    env_file: ../.envs/{}\n"


def shop(folder: Path, **files: str) -> Project:
    """Return a project of which each environment has an env file that git ignores."""
    values = {"dev": "DB_PASSWORD=dev-only\n", "prod": f"DB_PASSWORD={PROD_PASSWORD}\n"}
    overlays = {f"compose__{name}_yaml": OVERLAY.format(name) for name in values}
    envs = {f".envs__{name}": text for name, text in values.items()}
    dockerfile = {"Dockerfile": "FROM x\nCOPY requirements.txt .\n"}
    return repository.make(folder, **{**dockerfile, **overlays, **envs, **files})


def subject(project: Project, environment: str = "dev") -> Subject:
    """Return what is checked of an environment, with the model that Compose would give."""
    situation, chosen = Situation(project), project.environments[environment]
    return replace(Subject(situation, chosen, SCOPES, situation.survey(chosen)), model=model(project.root))


def found(project: Project, environment: str = "dev") -> list[str]:
    """Return where DG214 finds something."""
    report = check(subject(project, environment))
    return [str(each.location) for each in report.findings if each.code == "DG214"]


def test_a_production_env_file_blocks_only_where_it_is_copied(tmp_path: Path) -> None:
    """Beside `build: .` it is nothing; the verdict changes with the Dockerfile, the ignore file and the file."""
    project = shop(tmp_path)
    assert found(project) == []
    (tmp_path / "Dockerfile").write_text(COPIES)
    assert found(project) == found(project, "prod") == [".envs/prod:1"]
    (tmp_path / ".dockerignore").write_text(".envs\n")
    assert found(project) == []
    (tmp_path / "settings.py").write_text(f'\nPASSWORD = "{PROD_PASSWORD}"\n')
    assert found(project) == ["settings.py:2"]


def test_nothing_is_read_where_nothing_could_be_found(tmp_path: Path) -> None:
    """Development alone, without fingerprints: there is no other environment whose secrets could be in an image."""
    project = shop(tmp_path, Dockerfile=COPIES)
    dev, given = project.environments["dev"], model(tmp_path)
    alone = replace(project, environments={"dev": dev})
    assert build_contexts.seen(project, dev, given) == given
    assert build_contexts.seen(alone, dev, given) == {}
    staging = replace(project.environments["prod"], name="staging", protected=False)
    both = replace(project, environments={"dev": dev, "staging": staging})
    assert (build_contexts.seen(both, dev, given), build_contexts.seen(both, staging, given)) == (given, {})
    (tmp_path / "env" / "fingerprints.toml").write_text("")
    assert build_contexts.seen(alone, dev, given) == given
