"""A report is kept under all that went into it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.core.findings import Finding, Severity
from dockgate.core.location import Location
from dockgate.env import release_pointer
from dockgate.env.release_pointer import Pointer
from dockgate.guardrails import Scope, Subject, guarded_files, report_cache
from dockgate.guardrails.report import Checked, Report
from dockgate.situation import Situation
from tests.guardrails import scenes
from tests.unit import projects
from tests.unit.guardrails.repository import PROCESS, git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dockgate.core.project import Project

COMPOSE = "services: {api: {build: .., env_file: ../api.env}}\n"
DOCKERFILE = "FROM x\nCOPY one.txt /\nUSER app\n"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return a project with a mounted folder, a build, and env files of services."""
    layers = {f"env__{name}_env": "LOG_LEVEL=info\n" for name in ("base", "dev", "staging", "prod")}
    files = {"compose__base_yaml": COMPOSE, "Dockerfile": DOCKERFILE, "one_txt": "x", "api_env": "A=1\n"}
    mounted = {f"mounted__{name}": name for name in "abc"}
    process = {**PROCESS, "HOME": str(tmp_path / "home")}
    return projects.make(tmp_path, process=process, **layers, **files, **mounted)


def key(project: Project, environment: str = "prod", *scopes: Scope, **fields: Any) -> str:
    """Return the key of a check of all that there is, or of some of it."""
    situation, chosen = Situation(project), project.environments[environment]
    bind = {"type": "bind", "source": f"{project.root}/mounted"}
    gone = {"type": "bind", "source": f"{project.root}/gone"}
    usual: dict[str, Any] = {
        "resolved": situation.survey(chosen),
        "model": {"services": {"api": {"build": {"context": str(project.root)}, "volumes": [bind, gone]}}},
    }
    return report_cache.key(Subject(situation, chosen, frozenset(scopes or Scope), **{**usual, **fields}))


CHANGES: dict[str, Callable[[Project], Any]] = {
    "another environment": lambda made: key(made, "staging"),
    "another machine": lambda made: key(replace(made, process={**made.process, "HOME": f"{made.root}/elsewhere"})),
    "settings": lambda made: key(replace(made, settings={**made.settings, "name": "other"})),
    "model": lambda made: key(made, model={"services": {"web": {}}}),
    "as written": lambda made: key(made, written={"services": {}}),
    "who uses what": lambda made: key(made, uses={"api": ("TOKEN",)}),
    "above": lambda made: key(made, above={"../x": "100644"}),
    "labels": lambda made: key(made, stack_labels=({"dev.dockgate.environment": "dev"},)),
    "target": lambda made: key(made, target=scenes.target("prod")),
    "values": lambda made: key(made, resolved=None),
    "scopes": lambda made: report_cache.key(Subject(Situation(made), made.environments["prod"], frozenset())),
}  # fmt: skip
TOUCHED: dict[str, Callable[[Path], object]] = {
    "a layer": lambda root: (root / "env/prod.env").write_text("LOG_LEVEL=debug\n"),
    "another environment's layer": lambda root: (root / "env/staging.env").write_text("LOG_LEVEL=debug\n"),
    "a mode": lambda root: (root / "env/dev.env").chmod(0o600),
    "the local layer": lambda root: (root / "env/dev.local.env").write_text("A=1\n"),
    "a store": lambda root: (root / "env/dev.secrets.age").write_text("x"),
    "the schema": lambda root: (root / "env/schema.toml").write_text("# [X]\n"),
    "fingerprints": lambda root: (root / "env/fingerprints.toml").write_text(""),
    "a .env": lambda root: (root / ".env").write_text("A=1\n"),
    "a .env beside Compose files": lambda root: (root / "compose/.env").write_text("A=1\n"),
    "an env file of a service": lambda root: (root / "api.env").write_text("A=2\n"),
    "a Compose file": lambda root: (root / "compose/dev.yaml").write_text("services: {}\n"),
    "a mounted file": lambda root: (root / "mounted/a").write_text("2"),
    "a mounted file that others cannot read": lambda root: (root / "mounted/b").chmod(0o600),
    "a mounted file whose name is no text": lambda root: (root / "mounted/\udcff").touch(),
    "a source that was missing": lambda root: (root / "gone").mkdir(),
    "a file of an image": lambda root: (root / "one.txt").write_text("y"),
    "a file of an image that others cannot read": lambda root: (root / "one.txt").chmod(0o600),
    "production's env file that nothing reads": lambda root: (root / "env/prod.env.old").write_text("A=1\n"),
    "a Dockerfile": lambda root: (root / "Dockerfile").write_text("FROM y\n"),
}  # fmt: skip

OF_SOME = {
    "a mounted file": {Scope.MODEL},
    "a mounted file whose name is no text": {Scope.MODEL},
    "a mounted file that others cannot read": {Scope.MODEL},
    "a file of an image": {Scope.MODEL},
    "a file of an image that others cannot read": {Scope.MODEL, Scope.FILES},
    "production's env file that nothing reads": {Scope.ENV},
}


def test_another_question_has_another_key(project: Project) -> None:
    """The same one has the same."""
    same = key(project)
    assert (key(project), len(same)) == (same, 40)
    for name, change in CHANGES.items():
        assert change(project) != same, name


def test_a_file_that_has_changed_makes_another_key(project: Project, tmp_path: Path) -> None:
    """Each of them, one after the other; some only for what looks at them."""
    before = {scope: key(project, "dev", scope) for scope in Scope}
    for name, touch in TOUCHED.items():
        touch(tmp_path)
        after = {scope: key(project, "dev", scope) for scope in Scope}
        assert {scope for scope in Scope if after[scope] != before[scope]} == OF_SOME.get(name, {*Scope}), name
        before = after


def test_what_git_says_makes_another_key(project: Project, tmp_path: Path) -> None:
    """A repository, what it ignores, a change, what is added, another branch."""
    before = {scope: key(project, "prod", scope) for scope in Scope}
    every, tree = {*Scope}, {Scope.TARGET}
    changes: list[tuple[tuple[str, ...], set[Scope]]] = [
        ((), every),
        (("ignore",), {Scope.ENV, *tree}),
        (("new",), tree),
        (("add", "new"), every),
        (("checkout", "-q", "-b", "other"), every),
    ]
    for words, scopes in changes:
        if not words:
            git(tmp_path, "init", "-q")
        elif words == ("ignore",):
            (tmp_path / ".gitignore").write_text("api.env\n")
        elif words == ("new",):
            (tmp_path / "new").touch()
        else:
            git(tmp_path, *words)
        after = {scope: key(project, "prod", scope) for scope in Scope}
        assert {scope for scope in Scope if after[scope] != before[scope]} == scopes, words
        before = after


def test_another_day_has_another_key(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Subject, "today", date(2026, 6, 1))
    before = key(project)
    monkeypatch.setattr(Subject, "today", date(2026, 6, 2))
    assert key(project) != before


def test_a_release_that_was_promoted_has_another_key(project: Project, tmp_path: Path) -> None:
    """Then fewer files decide what runs; the pointer is a file that git does not have yet."""
    git(tmp_path, "init", "-q")
    release_pointer.write(tmp_path, "prod", Pointer("1.0.0", "sha256:1", "today", {}))
    before = key(project)
    (tmp_path / release_pointer.file("prod")).unlink()
    assert key(project) != before


def test_of_a_mounted_folder_no_more_is_read_than_is_looked_at(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One file beyond the bound says that there are more."""
    monkeypatch.setattr(guarded_files, "MOST", 1)
    before = key(project, "dev", resolved=None)
    for name, same in (("c", True), ("b", False)):
        (tmp_path / "mounted" / name).write_text("9")
        assert (key(project, "dev", resolved=None) == before) is same


def test_a_report_is_kept_whole_and_under_its_key_alone(tmp_path: Path) -> None:
    finding = Finding(Location("a", 1), "DG101", Severity.NOTE, "m", "dev", "f", "X")
    report = Report((finding,), (Checked("dev", ("DG101",)),))
    file = tmp_path / ".dockgate" / "guard" / "dev.json"
    report_cache.save(file, "k", report)
    assert (report_cache.load(file, "k"), report_cache.load(file, "other")) == (report, None)
