"""Which migrations a release has, and which of them the release before cannot live with."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.release import settings
from dockgate.release.promotion import alembic_migrations, django_migrations, migration_files, sql_migrations
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path

SQL = {
    "CREATE TABLE a (id int PRIMARY KEY, name text NOT NULL)": False,
    "CREATE INDEX CONCURRENTLY i ON a (name)": False,
    "CREATE UNIQUE INDEX i ON a (name)": True,
    "CREATE TABLE n (id int); CREATE UNIQUE INDEX i ON n (id); ALTER TABLE n ADD CONSTRAINT c CHECK (id > 0)": False,
    "ALTER TABLE a ADD COLUMN b int": False,
    "ALTER TABLE a ADD b int NOT NULL": True,
    "ALTER TABLE a ADD COLUMN b int NOT NULL DEFAULT 0": False,
    "ALTER TABLE a ADD COLUMN b bigint GENERATED ALWAYS AS IDENTITY NOT NULL": False,
    "ALTER TABLE a ALTER COLUMN b SET NOT NULL": True,
    "ALTER TABLE a ALTER b TYPE bigint": True,
    "ALTER TABLE a ALTER COLUMN b DROP NOT NULL": False,
    "ALTER TABLE a DROP COLUMN b": True,
    "ALTER TABLE a DROP b": True,
    "ALTER TABLE a DROP CONSTRAINT c": False,
    "ALTER TABLE a ADD CONSTRAINT c UNIQUE (b)": True,
    "ALTER TABLE a RENAME TO z": True,
    "ALTER TABLE a RENAME b TO z": True,
    "ALTER TABLE a MODIFY COLUMN b varchar(5)": True,
    "ALTER TYPE mood ADD VALUE 'glum'": False,
    "ALTER TYPE mood RENAME VALUE 'sad' TO 'glum'": True,
    "DROP INDEX i": False,
    "DROP TABLE a": True,
    "DROP VIEW v": True,
    "DELETE FROM a": True,
    "TRUNCATE a": True,
    "UPDATE a SET b = 1": False,
    "INSERT INTO log VALUES ('DROP TABLE a')": False,
    "-- DROP TABLE a\nSELECT 1": False,
    "/* DROP TABLE a */ SELECT 1": False,
    "-- destructive: no\nDROP TABLE a": False,
    "-- destructive: yes\nSELECT 1": True,
    "-- +goose Up\nCREATE TABLE a (id int);\n-- +goose Down\nDROP TABLE a;": False,
    "-- migrate:up\nDROP TABLE a;\n-- migrate:down\nCREATE TABLE a (id int);": True,
}
FIRST = """
operations = [migrations.CreateModel(name="Note", fields=[
    ("id", models.BigAutoField(primary_key=True)), ("title", models.CharField(max_length=50, null=True)),
    ("kind", models.CharField(max_length=9)),
])]
"""
DJANGO = {
    'migrations.AddField("note", "body", models.TextField(null=True))': False,
    'migrations.AddField(model_name="note", name="body", field=models.TextField(default=""))': True,
    'migrations.AddField("note", "body", models.TextField(db_default=""))': False,
    'migrations.AddField("note", "tags", models.ManyToManyField(to="app.tag"))': False,
    'migrations.RemoveField("note", "title")': True,
    'migrations.RenameField("note", "title", "name")': True,
    'migrations.RenameModel("Note", "Memo")': True,
    'migrations.DeleteModel("Note")': True,
    'migrations.AlterField("note", "title", models.CharField(max_length=200, null=True))': False,
    'migrations.AlterField("note", "title", models.CharField(max_length=20, null=True))': True,
    'migrations.AlterField("note", "title", models.CharField(max_length=50))': True,
    'migrations.AlterField("note", "kind", models.CharField(max_length=9, null=True))': False,
    'migrations.AlterField("note", "kind", models.IntegerField())': True,
    'migrations.AlterField("note", "kind", models.CharField(max_length=9, unique=True))': True,
    'migrations.AddIndex("note", models.Index(fields=["title"], name="i"))': False,
    'migrations.AddConstraint("note", models.UniqueConstraint(fields=["title"], name="u"))': True,
    'migrations.RemoveConstraint("note", "u")': False,
    'migrations.AlterModelOptions("note", {"ordering": ["id"]})': False,
    'migrations.AlterModelTable("note", "memo")': True,
    'migrations.RunSQL("DROP TABLE app_note", reverse_sql="SELECT 1")': True,
    'migrations.RunSQL(sql=[("UPDATE app_note SET kind = %s", ["x"])])': False,
    "migrations.RunPython(fill, migrations.RunPython.noop)": False,
    "migrations.RunPython(purge)": True,
    'migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("Note")])': False,
    'migrations.SeparateDatabaseAndState(database_operations=[migrations.DeleteModel("Note")])': True,
}
FUNCTIONS = """
def fill(apps, editor):
    apps.get_model("app", "Note").objects.update(kind="x")
def purge(apps, editor):
    apps.get_model("app", "Note").objects.filter(kind="x").delete()
"""
ALEMBIC = {
    'op.add_column("note", sa.Column("body", sa.Text(), nullable=True))': False,
    'op.add_column("note", sa.Column("body", sa.Text(), nullable=False))': True,
    'op.add_column("note", sa.Column("body", sa.Text(), nullable=False, server_default=""))': False,
    'op.drop_column("note", "title")': True,
    'op.drop_table("note")': True,
    'op.rename_table("note", "memo")': True,
    'op.alter_column("note", "title", new_column_name="name")': True,
    'op.alter_column("note", "title", nullable=True)': False,
    'op.alter_column("note", "title", existing_type=sa.Text(), nullable=False)': True,
    'op.alter_column("note", "title", type_=sa.Integer())': True,
    'op.create_index("i", "note", ["title"])': False,
    'op.create_index("i", "note", ["title"], unique=True)': True,
    'op.create_unique_constraint("u", "note", ["title"])': True,
    'op.drop_constraint("u", "note")': False,
    'op.drop_index("i", "note")': False,
    'op.create_table("tag", sa.Column("id", sa.Integer(), nullable=False))': False,
    'op.execute("DELETE FROM note")': True,
    'op.execute(sa.text("UPDATE note SET title = 1"))': False,
    'with op.batch_alter_table("note") as batch_op:\n        batch_op.drop_column("title")': True,
}


def django(operation: str) -> str:
    """Return a migration of Django's with one operation."""
    body = f"class Migration(migrations.Migration):\n    operations = [{operation}]\n"
    return f"from django.db import migrations, models\n{FUNCTIONS}\n{body}"


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


@pytest.mark.parametrize("sql", SQL)
def test_sql_is_told_apart(sql: str) -> None:
    """By its statements; what a migration creates it may change; comments, strings and the way back do not count."""
    assert sql_migrations.destructive(sql) is SQL[sql]


@pytest.mark.parametrize("operation", DJANGO)
def test_djangos_operations_are_told_apart(operation: str) -> None:
    """A field is compared with what the migrations before made of it."""
    first = f"class Migration(migrations.Migration):\n{FIRST.replace(chr(10), chr(10) + '    ')}"
    found = django_migrations.read({"0001_initial": first, "0002_next": django(operation)})
    assert found == {"0001_initial": False, "0002_next": DJANGO[operation]}


@pytest.mark.parametrize("operation", ALEMBIC)
def test_alembics_operations_are_told_apart(operation: str) -> None:
    """Those of the upgrade."""
    assert alembic_migrations.read(alembic("a1", None, operation)) == ("a1", "", ALEMBIC[operation])


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
        "shop/migrations/0001_initial.py": django("migrations.RunPython(fill)"),
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
