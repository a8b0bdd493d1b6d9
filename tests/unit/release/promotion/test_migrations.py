"""Migrations of all formats, as they are found in repositories: which the release before can live with."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from dockgate.core.errors import FindingsError
from dockgate.release import settings
from dockgate.release.artifact.manifest import Migration
from dockgate.release.promotion import migration_files, migrations
from tests.unit import projects

SAMPLES = tomllib.loads(Path(__file__).with_name("migration_samples.toml").read_text(encoding="utf-8"))
SQL, DJANGO, ALEMBIC = (SAMPLES[each] for each in ("sql", "django", "alembic"))

HEAD = "from pathlib import Path\nfrom django.db import migrations, models\n"
REVISION = (
    'import sqlalchemy as sa\nfrom alembic import op\n\nrevision = "a1"\ndown_revision = None\n\n\ndef upgrade():'
)
BACK = '\n\ndef downgrade():\n    op.drop_table("users")\n'


def read(tmp_path: Path, files: dict[str, str]) -> dict[str, bool]:
    """Return what a project with these migrations lists, and which it calls destructive."""
    for name, text in files.items():
        (tmp_path / "db" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "db" / name).write_text(text)
    project = projects.make(tmp_path, f'{projects.PYPROJECT}\n[tool.dockgate.release]\nmigrations = "db"\n')
    return {each.name: each.destructive for each in migration_files.read(project, settings.load(project))}


@pytest.mark.parametrize("name", SQL)
def test_a_file_of_sql(tmp_path: Path, name: str) -> None:
    """By what runs; strings, comments, bodies of functions and what the file makes itself do not count."""
    text, destructive = SQL[name]["text"], SQL[name]["destructive"]
    assert read(tmp_path, {"0007_next.sql": text}) == {"0007_next": destructive}


@pytest.mark.parametrize("name", DJANGO)
def test_a_migration_of_django(tmp_path: Path, name: str) -> None:
    """After an initial one, as Django writes it, which makes everything itself."""
    text, destructive = DJANGO[name]["text"], DJANGO[name]["destructive"]
    found = read(tmp_path, {"0001_initial.py": HEAD + SAMPLES["initial"], "0002_next.py": HEAD + text})
    assert found == {"0001_initial": False, "0002_next": destructive}


@pytest.mark.parametrize("name", ALEMBIC)
def test_a_revision_of_alembic(tmp_path: Path, name: str) -> None:
    """Its upgrade; the way back does not count."""
    text, destructive = ALEMBIC[name]["text"], ALEMBIC[name]["destructive"]
    assert read(tmp_path, {"versions/a1_next.py": REVISION + text + BACK}) == {"a1": destructive}


def test_migrations_are_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    """Each app's for itself: a field that an earlier one added is known to a later one."""
    text, initial = next(each["text"] for each in DJANGO.values() if each["destructive"]), HEAD + SAMPLES["initial"]
    files = {"a/9_initial.py": initial, "a/10_next.py": HEAD + text, "b/1_initial.py": initial}
    assert [*read(tmp_path, files).items()] == [
        ("a/9_initial", False),
        ("a/10_next", True),
        ("b/1_initial", False),
    ]


def test_the_samples_are_of_both_kinds() -> None:
    """Harmless and destructive ones of each format, more than twenty in all."""
    for samples in (SQL, DJANGO, ALEMBIC):
        assert {each["destructive"] for each in samples.values()} == {True, False}
    assert len(SQL) + len(DJANGO) + len(ALEMBIC) > 20


def test_a_rollback_stops_above_a_destructive_one() -> None:
    """Of those that the target does not know."""
    now = [Migration("1", destructive=True), Migration("2", destructive=False), Migration("3", destructive=True)]
    migrations.check(now[:2], now[:1], "1.0.0")
    with pytest.raises(FindingsError) as error:
        migrations.check(now, [], "1.0.0")
    assert error.value.what == "1.0.0 does not know 1, 3, which changed the database destructively"


@pytest.mark.parametrize(
    ("running", "serves"),
    [
        ({"api:1", "db:1"}, True),
        ({"db:1"}, False),  # the database alone: nothing says what the application was
        ({"api:1", "api:2", "db:1"}, False),
        ({"api:2", "db:1"}, False),
        (set(), False),
    ],
)
def test_a_release_serves_where_its_images_run_and_none_of_the_other(running: set[str], serves: bool) -> None:  # noqa: FBT001 - what is expected
    """Then its migration failed, and a rollback goes below no migration."""
    assert migrations.serves(["api:2", "db:1"], ["api:1", "db:1"], running) is serves
