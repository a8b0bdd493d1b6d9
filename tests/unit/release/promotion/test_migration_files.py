"""Which migrations a release has, and which of them the release before cannot live with."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.release import settings
from dockgate.release.promotion import alembic_migrations, django_migrations, migration_files
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path


def django(operation: str) -> str:
    """Return a migration of Django's with one operation."""
    body = f"class Migration(migrations.Migration):\n    operations = [{operation}]\n"
    return f"from django.db import migrations, models\n{body}"


def alembic(revision: str, before: str | None, operation: str = "pass") -> str:
    """Return a revision of Alembic's; its way back destroys, which does not count."""
    head = (
        f'import sqlalchemy as sa\nfrom alembic import op\nrevision: str = "{revision}"\ndown_revision = {before!r}\n'
    )
    return f'{head}def upgrade() -> None:\n    {operation}\ndef downgrade() -> None:\n    op.drop_table("note")\n'


def read(tmp_path: Path, files: dict[str, str], setting: str = 'migrations = "db"') -> list[tuple[str, bool]]:
    """Return what a project with these files below `db` has."""
    tmp_path.mkdir(exist_ok=True)
    for name, text in files.items():
        (tmp_path / "db" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "db" / name).write_text(text)
    project = projects.make(tmp_path, f"{projects.PYPROJECT}\n[tool.dockgate.release]\n{setting}\n")
    return [(each.name, each.destructive) for each in migration_files.read(project, settings.load(project))]


@pytest.mark.parametrize("text", ["import this", "def broken(", "class Migration:\n    pass\n", 'revision = "a"\n'])
def test_other_python_is_no_migration(text: str) -> None:
    """A helper beside them, a file that is no Python."""
    assert alembic_migrations.read(text) is None
    assert django_migrations.read({"x": text}) in (None, {"x": False})


def test_a_python_migration_may_say_it_itself() -> None:
    """As SQL does."""
    assert django_migrations.read({"x": "# destructive: no\n" + django('migrations.DeleteModel("N")')}) == {"x": False}
    assert alembic_migrations.read("# destructive: yes\n" + alembic("a", None)) == ("a", "", True)


def test_files_are_read_in_their_order(tmp_path: Path) -> None:
    """Numbers by their value; what goes back is left out; Prisma has a folder for each."""
    files = {"V10__b.sql": "DROP TABLE a", "V2__a.sql": "SELECT 1", "V2__a.down.sql": "DROP TABLE a", "U2__a.sql": "x"}
    assert read(tmp_path, files) == [("V2__a", False), ("V10__b", True)]
    assert read(tmp_path / "p", {"1_init/migration.sql": "SELECT 1"}) == [("1_init", False)]
    places = ("a/b/migration.sql", "migration.sql", "3_x.up.sql", "x/4.sql", "x/4.undo.sql")
    names = [name for name, _ in read(tmp_path / "q", dict.fromkeys(places, "SELECT 1"))]
    assert names == ["3_x", "a/b", "migration", "x/4"]


def test_apps_of_django_and_revisions_of_alembic_are_found(tmp_path: Path) -> None:
    """Each app's own numbers; Alembic's chain, whatever the files are called."""
    files = {
        "shop/migrations/__init__.py": "",
        "shop/migrations/0001_initial.py": django("migrations.RunPython(migrations.RunPython.noop)"),
        "mail/migrations/0001_initial.py": django('migrations.DeleteModel("N")'),
        "shop/models.py": "class Note: ...",
    }
    assert read(tmp_path / "d", files) == [
        ("mail/migrations/0001_initial", True),
        ("shop/migrations/0001_initial", False),
    ]
    chain = {"env.py": "x = 1", "versions/b.py": alembic("a1", "z9"), "versions/a.py": alembic("z9", None)}
    assert read(tmp_path / "a", chain) == [("z9", False), ("a1", False)]


@pytest.mark.parametrize(
    ("files", "said"), [({}, "does not exist"), ({"README.md": "x"}, "has no migrations that are understood")]
)
def test_a_folder_in_which_nothing_is_understood_is_an_error(tmp_path: Path, files: dict[str, str], said: str) -> None:
    """Never an empty list, which every rollback would pass."""
    with pytest.raises(ConfigError) as error:
        read(tmp_path, files)
    assert error.value.what == f"[tool.dockgate.release] migrations: {said}"
    formats = "SQL files, Django's or Alembic's migrations; other formats: migrations-command lists them as JSON"
    assert (str(error.value.where), error.value.fix) == ("db", formats)
    assert read(tmp_path, files, "") == []


def test_a_command_lists_what_has_another_format(tmp_path: Path) -> None:
    """As JSON; anything else is an error that says how it should look."""
    listed = [{"name": "one", "destructive": True}]
    script = tmp_path / "list.py"
    script.parent.mkdir(exist_ok=True)
    script.write_text(f"print({json.dumps(json.dumps(listed))})")
    setting = f'migrations-command = ["{sys.executable}", "list.py"]'
    assert read(tmp_path, {}, setting) == [("one", True)]
    script.write_text("print('[1]')")
    with pytest.raises(ToolFailedError) as error:
        read(tmp_path, {}, setting)
    what = "[tool.dockgate.release] migrations-command printed no list of migrations: "
    assert error.value.what.startswith(what)
    assert error.value.what != what
    assert error.value.fix == 'it has to print [{"name": "0001_first", "destructive": false}, …]'
