"""Which release before is rehearsed on the migrated database."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.release import settings
from dockgate.release.artifact import manifest
from dockgate.release.artifact.manifest import Migration
from dockgate.release.pipeline import predecessor
from dockgate.release.pipeline.rehearsal import Before
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path

IMAGE = SimpleNamespace(reference="shop/api:1.0.0@sha256:1")
DATABASE = SimpleNamespace(reference="shop/db:1.0.0@sha256:2")
LOG = "# Changelog\n\n## [1.1.0] - 2026-01-01\n\n- {}\n\n## [1.0.0] - 2025-01-01\n\n- Not backward compatible\n"


def find(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    migrations: tuple[str, ...] = ("0001_first", "0002_next"),
    versions: tuple[str, ...] = ("0.8.0", "0.9.0", "1.0.0"),
    here: str = "sha256:1",
    entry: str = "A column",
) -> Any:
    """Look for what is before 1.1.0, in a project where 1.0.0 has one migration."""
    (tmp_path / "db").mkdir()
    for name in migrations:
        (tmp_path / "db" / f"{name}.sql").write_text("SELECT 1")
    (tmp_path / "CHANGELOG.md").write_text(LOG.format(entry))
    project = projects.make(tmp_path, f'{projects.PYPROJECT}\n[tool.dockgate.release]\nmigrations = "db"\n')
    asked: list[str] = []

    def load(root: Path, version: str) -> Any:
        assert root == tmp_path
        asked.append(version)
        known = SimpleNamespace(
            version=version,
            commit="c0ffee",
            migrations=(Migration("0001_first", destructive=False),),
            images=(IMAGE, DATABASE),
        )
        known.variables = lambda: {"API_IMAGE": IMAGE.reference}
        return known, b"", ""

    endpoint: Any = SimpleNamespace()

    def store(*given: object) -> Any:
        assert given == (project, endpoint)
        return SimpleNamespace(digests=lambda references: dict(zip(references, ("sha256:1", here), strict=True)))

    monkeypatch.setattr(manifest, "listed", lambda root: versions if root == tmp_path else ("0.1.0",))
    monkeypatch.setattr(manifest, "load", load)
    monkeypatch.setattr(predecessor, "EngineStore", store)
    found = predecessor.find(project, endpoint, settings.load(project), "1.1.0")
    assert asked in ([], ["1.0.0"])
    return found


def test_the_last_release_is_rehearsed_where_this_one_migrates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its own images; what an older section of the changelog says does not count."""
    found = find(tmp_path, monkeypatch, versions=("0.8.0", "0.9.0", "1.0.0", "1.1.0"))
    assert found == Before("1.0.0", {"API_IMAGE": IMAGE.reference}, may_fail=False, commit="c0ffee")


def test_the_changelog_may_say_that_it_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In this release's section."""
    assert find(tmp_path, monkeypatch, entry="Drops a table; not backward compatible.").may_fail


@pytest.mark.parametrize("fields", [{"migrations": ("0001_first",)}, {"versions": ()}, {"here": ""}])
def test_nothing_is_rehearsed_without_a_migration_or_what_ran_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fields: dict[str, Any]
) -> None:
    """The same schema, the first release, images that are not here."""
    assert find(tmp_path, monkeypatch, **fields) is None
