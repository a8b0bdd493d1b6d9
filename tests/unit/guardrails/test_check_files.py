"""The files that a check looks at: staged, tracked, copied into images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.compose.resolve import Reading
from dockgate.core.findings import Severity
from dockgate.env import env_files
from dockgate.guardrails import (
    Scope,
    Subject,
    check,
    check_staged,
    check_tracked,
    guarded_files,
    project_check,
    report_cache,
)
from dockgate.situation import Situation
from tests.guardrails.scenes import PROD_PASSWORD
from tests.unit import projects
from tests.unit.guardrails.checks import MODEL, fingerprint
from tests.unit.guardrails.repository import git, make

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from dockgate.env.env_files import Layer


def test_staged_files_are_looked_at_as_the_index_has_them(tmp_path: Path) -> None:
    """A fingerprinted secret, a credential, a file that must not be committed."""
    project = make(tmp_path)
    fingerprint(tmp_path)
    (tmp_path / "notes.md").write_text(f"it begins with {PROD_PASSWORD}\n")
    (tmp_path / "conf.ini").write_text("[db]\npassword = Kf93!mmQp77\n")
    (tmp_path / "dev.local.env").write_text("A=b\n")
    git(tmp_path, "add", "-f", "notes.md", "conf.ini", "dev.local.env")
    (tmp_path / "notes.md").write_text("nothing\n")
    found = {(finding.code, finding.location.path) for finding in check_staged(project).findings}
    assert found == {("DG203", "notes.md"), ("DG505", "conf.ini"), ("DG114", "dev.local.env")}


def test_a_tracked_dotenv_is_read_with_its_environment(tmp_path: Path) -> None:
    """What is in it decides what it is, and a change of it is another verdict."""
    project = make(tmp_path, web__note="x\n")
    (tmp_path / "web/.env").write_text("VITE_API_URL=http://localhost:8000\n")
    git(tmp_path, "add", "-f", "web/.env")
    git(tmp_path, "commit", "-qm", "front end")

    def subject() -> Subject:
        return Subject(Situation(project), project.environment("dev"), frozenset({Scope.FILES}))

    def found() -> set[tuple[str, Severity]]:
        return {(each.code, each.severity) for each in check(subject()).findings if each.location.path == "web/.env"}

    before = report_cache.key(subject())
    assert found() == {("DG114", Severity.WARNING)}
    (tmp_path / "web/.env").write_text(f"API_PASSWORD={PROD_PASSWORD}\n")
    assert found() == {("DG114", Severity.ERROR), ("DG505", Severity.ERROR)}
    assert report_cache.key(subject()) != before


def test_tracked_files_are_looked_at_as_the_working_tree_has_them(tmp_path: Path) -> None:
    """In whatever encoding; what cannot be read is a refusal, links and files that are gone are not looked at."""
    project = make(tmp_path, gone_txt="x", huge_txt="x\n")
    fingerprint(tmp_path)
    (tmp_path / "notes.md").write_text(f"it begins with {PROD_PASSWORD}\n", encoding="utf-16")
    (tmp_path / "id_rsa").symlink_to("notes.md")
    git(tmp_path, "add", "-f", "notes.md", "id_rsa")
    assert {(each.code, each.location.path) for each in check_staged(project).findings} == {("DG203", "notes.md")}
    git(tmp_path, "commit", "-qm", "oops")
    (tmp_path / "gone.txt").unlink()
    (tmp_path / "huge.txt").write_bytes(b"x" * (guarded_files.LARGEST_BUNDLE + 1))
    (tmp_path / "untracked.md").write_text(f"{PROD_PASSWORD}\n")
    found = {(each.code, each.location.path) for each in check_tracked(project).findings}
    assert found == {("DG203", "notes.md"), ("DG000", "huge.txt")}


def test_what_an_image_is_made_of_is_looked_at(tmp_path: Path) -> None:
    """Before it is built, and again when it changed: an image would carry the secret to wherever it runs."""
    images = '[tool.dockgate.images]\nshared = ["shared"]\n[tool.dockgate.images.api]\n'
    project = make(tmp_path, pyproject=projects.PYPROJECT + images, docker__api__app_ini="[db]\n")
    asked = Subject(Situation(project), project.environment("dev"), frozenset({Scope.FILES}))
    fingerprint(tmp_path)
    assert check(asked).findings == ()
    (tmp_path / "docker/api/app.ini").write_text(f"[db]\nlogin = {PROD_PASSWORD}\n")
    assert {(each.code, each.location.path, each.location.line) for each in check(asked).findings} == {
        ("DG203", "docker/api/app.ini", 2)
    }
    (tmp_path / "docker/api/.dockerignore").write_text("*.ini\n")
    assert check(asked).findings == ()


def test_a_whole_run_is_one_report_about_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every environment, then the files, which belong to none; findings of all in one order."""
    project = make(tmp_path, env__dev_env="UNKNOWN=x\n", docker__api__Dockerfile="FROM x\nUSER root\n")
    monkeypatch.setattr(Situation, "reading", lambda *_: Reading(MODEL, {}, ""))
    report = project_check.run(Situation(project), project.environments.values(), None)
    assert [each.environment for each in report.checked] == ["dev", "staging", "prod", ""]
    assert {("DG101", "dev"), ("DG501", "")} <= {(each.code, each.environment) for each in report.findings}
    assert not any(each.code.startswith("DG4") for each in report.findings)


def test_a_file_is_parsed_once_for_all_environments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is looked at beside the others: with ten thousand variables, parsing them nine times was half of the run."""
    project = make(tmp_path, env__base_env="LOG_LEVEL=warning\n")
    monkeypatch.setattr(Situation, "reading", lambda *_: Reading(MODEL, {}, ""))
    read: list[str] = []
    parse = env_files.parse

    def counted(text: str, path: str, layer: str) -> Layer:
        read.append(path)
        return parse(text, path, layer)

    monkeypatch.setattr(env_files, "parse", counted)
    env_files._parsed.cache_clear()
    assert project_check.run(Situation(project), project.environments.values(), None).checked
    assert sorted(read) == ["env/base.env", "env/dev.env", "env/prod.env", "env/staging.env"]
