"""A check of an environment: what it finds, remembers and refuses."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.core import endpoint
from dockgate.core.findings import Severity
from dockgate.core.target import Target
from dockgate.env.release_pointer import Pointer
from dockgate.guardrails import Scope, check, runner
from tests.guardrails.scenes import PROD_PASSWORD, target
from tests.unit.guardrails.checks import codes, fingerprint, subject
from tests.unit.guardrails.repository import make

if TYPE_CHECKING:
    from pathlib import Path


def test_a_clean_project_passes(tmp_path: Path) -> None:
    """Nothing blocks, and the rules that ran are listed."""
    report = check(subject(make(tmp_path)))
    assert not report.blocked
    assert "DG201" in report.checked[0].rules


def test_a_production_secret_in_a_file_of_dev_is_found_without_production(tmp_path: Path) -> None:
    """Only its committed fingerprint is here."""
    project = make(tmp_path, env__dev_env=f"OTHER=x-{PROD_PASSWORD}\n")
    fingerprint(tmp_path)
    report = check(subject(project))
    [finding] = [each for each in report.findings if each.code == "DG201"]
    assert (finding.location.path, finding.location.line, finding.environment) == ("env/dev.env", 1, "dev")
    assert PROD_PASSWORD not in str(report)


def test_the_second_run_comes_from_memory_until_an_input_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A layer, a variable of the shell, the model: `test_report_cache.py` has the others."""
    mounted: dict[str, Any] = {"services": {"api": {}}}
    project = make(tmp_path)
    runs = []
    real = runner.run

    def counted(*words: Any) -> Any:
        runs.append(1)
        return real(*words)

    monkeypatch.setattr(runner, "run", counted)

    def count(**fields: Any) -> int:
        runs.clear()
        first = check(subject(project, model=mounted, **fields))
        assert check(subject(project, model=mounted, **fields)) == first
        return len(runs)

    assert count() == 1
    assert count() == 0
    assert [each.name for each in (tmp_path / ".dockgate" / "guard").iterdir()] == ["dev-env-model-schema.json"]
    (tmp_path / "env" / "dev.env").write_text("LOG_LEVEL=warning\n")
    assert count() == 1
    project = replace(project, process={**project.process, "TOKEN": "from the shell"})
    assert count() == 1
    mounted["services"]["api"]["image"] = "other"
    assert count() == 1


def test_what_could_not_be_looked_at_blocks_and_is_not_remembered(tmp_path: Path) -> None:
    """Another environment's damaged file hides what dev must not share with it."""
    project = make(tmp_path)
    (tmp_path / "env" / "prod.env").write_bytes(b"A=\xff\n")
    assert "DG000" in codes(project)
    (tmp_path / "env" / "prod.env").write_text("LOG_LEVEL=info\n")
    assert "DG000" not in codes(project)


def test_a_dirty_tree_blocks_production_alone(tmp_path: Path) -> None:
    """With the target's scope, which `up` has."""
    project = make(tmp_path)
    (tmp_path / "new.txt").write_text("x")
    scopes = frozenset({Scope.TARGET})
    assert "DG404" in codes(project, env="prod", scopes=scopes, target=target("prod"))
    assert codes(project, scopes=scopes, target=target("dev")) == set()


def test_a_note_beside_a_promoted_release_does_not_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its images are pinned: what decides is what Compose reads, and the verdict changes with the promotion."""
    project = make(tmp_path)
    (tmp_path / "new.txt").write_text("x")
    scopes = frozenset({Scope.TARGET})
    assert "DG404" in codes(project, env="prod", scopes=scopes, target=target("prod"))
    pointer = Pointer("1.0", "sha256:1", "2026-01-01", {})
    monkeypatch.setattr("dockgate.situation.Situation.pointer", lambda *_: pointer)
    asked: dict[str, Any] = {"env": "prod", "scopes": scopes, "target": target("prod")}
    report = check(subject(project, **asked))
    found = [each for each in report.findings if each.code == "DG404"]
    assert [(each.location.path, each.severity) for each in found] == [("new.txt", Severity.WARNING)]
    for file in project.environment("prod").layers:
        (tmp_path / file).write_text((tmp_path / file).read_text() + "# changed\n")
    report = check(subject(project, **asked))
    assert Severity.ERROR in {each.severity for each in report.findings if each.code == "DG404"}


@pytest.mark.parametrize(
    ("process", "hidden"),
    [
        ({"DOCKER_HOST": "unix:///a.sock"}, "ssh://prod (context prod), active context"),
        ({"DOCKER_HOST": "unix:///a.sock", "DOCKER_CONTEXT": "prod"}, "ssh://prod (context prod), DOCKER_CONTEXT"),
        ({"DOCKER_HOST": "ssh://prod"}, ""),
        ({}, ""),
    ],
)
def test_a_shadowed_engine_is_told(tmp_path: Path, process: dict[str, str], hidden: str) -> None:
    """DOCKER_HOST over DOCKER_CONTEXT over the active context; nothing where all agree."""
    project = make(tmp_path)
    meta = tmp_path / "contexts" / "meta" / hashlib.sha256(b"prod").hexdigest() / "meta.json"
    meta.parent.mkdir(parents=True)
    meta.write_text(json.dumps({"Endpoints": {"docker": {"Host": "ssh://prod"}}}))
    (tmp_path / "config.json").write_text('{"currentContext": "prod"}')
    project = replace(project, process={**project.process, "DOCKER_CONFIG": str(tmp_path), **process})
    chosen = Target(str(tmp_path), "shop", project.environment("dev"), "", endpoint.find(project.process))
    assert subject(project, target=chosen).shadowed_endpoint == hidden
