"""Single operations of Alembic: which of them the release before can live with."""

from __future__ import annotations

import pytest

from dockgate.release.promotion import alembic_migrations

NEW = "op.add_column('t', Column('c', Integer()))"  # a column that the release before leaves empty


def revision(*lines: str, head: str = "revision = 'a'\ndown_revision = 'z'\n") -> str:
    body = "\n".join(f"    {each}" for each in lines)
    return f"{head}def upgrade():\n{body}\n"


def destructive(*lines: str) -> bool:
    found = alembic_migrations.read(revision(*lines))
    assert found
    assert found[:2] == ("a", "z")
    return found[2]


@pytest.mark.parametrize(
    ("before", "now", "refused"),
    [
        ("String(50)", "String(50)", False),
        ("String(50)", "String(49)", True),
        ("String(50)", "String(length=49)", True),
        ("String(length=50)", "sa.VARCHAR(51)", False),
        ("String(50)", "String()", False),
        ("String()", "String(50)", True),
        ("String(50)", "Text", False),
        ("Text()", "UnicodeText()", False),
        ("Text()", "String()", True),
        ("Integer()", "Integer", False),
        ("SmallInteger()", "BIGINT()", False),
        ("BigInteger()", "Integer()", True),
        ("Integer()", "String(50)", True),
        ("String(50)", "Integer()", True),
        ("Boolean()", "Boolean()", True),
        ("Numeric(10, 2)", "Numeric(10, 2)", False),
        ("Numeric(10, 2)", "DECIMAL(precision=11, scale=3)", False),
        ("Numeric(10, 2)", "Numeric(10, 3)", True),
        ("Numeric(10, 2)", "Numeric(11, 1)", True),
        ("NUMERIC(10, 2)", "Float()", True),
    ],
)
def test_a_type_takes_what_the_one_before_took(before: str, now: str, *, refused: bool) -> None:
    """Of the same family, and as long; a type that was not named is not known."""
    assert destructive(f"op.alter_column('t', 'c', existing_type={before}, type_={now})") is refused
    assert destructive(f"op.alter_column('t', 'c', type_={now})")


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ("new_column_name='d'", True),
        ("name='d'", True),
        ("nullable=False", True),
        ("nullable=True", False),
        ("server_default=None", True),
        ("server_default=None, existing_nullable=True", False),
        ("server_default='x'", False),
    ],
)
def test_what_else_of_a_column_changes(said: str, *, refused: bool) -> None:
    assert destructive(f"op.alter_column('t', 'c', {said})") is refused


@pytest.mark.parametrize(
    ("column", "refused"),
    [
        ("Column('c', Integer(), nullable=False)", True),
        ("Column('c', Integer(), nullable=False, server_default='0')", False),
        ("Column('c', Integer(), nullable=False, primary_key=True)", False),
        ("Column('c', Integer(), sa.Identity(), nullable=False)", False),
        ("Column('c', Integer(), sa.Computed('d'), nullable=False)", False),
        ("Column('c', Integer(), ForeignKey('r.id'), nullable=False)", True),
        ("Column('c', Integer(), nullable=True)", False),
        ("Column('c', Integer())", False),
        ("column=Column('c', Integer())", False),
        ("made()", False),
        ("COLUMN", True),
    ],
)
def test_a_column_is_added(column: str, *, refused: bool) -> None:
    """What the release before writes has no value for it."""
    assert destructive(f"op.add_column('t', {column})") is refused


@pytest.mark.parametrize(
    ("operation", "refused", "over_new"),
    [
        ("op.create_index('i', 't', ['c'])", False, False),
        ("op.create_index('i', 't', ['c'], unique=True)", True, False),
        ("op.create_index('i', 't', [text('lower(c)')], unique=True)", True, True),
        ("op.create_index('i', 't', [], unique=True)", True, True),
        ("op.create_index('i', 'other', ['c'], unique=True)", True, True),
        ("op.create_unique_constraint('u', 't', ['c'])", True, False),
        ("op.create_unique_constraint('u', 't', ('c', 'd'))", True, True),
        ("op.create_unique_constraint('u', table_name='t', columns=['c'])", True, False),
        ("op.create_foreign_key('f', 't', 'r', ['c'], ['id'])", True, False),
        ("op.create_foreign_key('f', 't', 'r', ['d'], ['c'])", True, True),
        ("op.create_check_constraint('k', 't', 'c > 0')", True, True),
        ("op.create_primary_key('p', 't', ['c'])", True, True),
        ("op.create_exclude_constraint('e', 't', ('c', '='))", True, True),
        ("op.add_column('t', Column('d', x, default=1)); op.create_unique_constraint('u', 't', ['d'])", False, False),
        (
            "op.add_column('t', Column('d', server_default='')); op.create_unique_constraint('u', 't', ['d'])",
            True,
            True,
        ),
        ("op.drop_constraint('u', 't')", False, False),
        ("op.drop_index('i', 't')", False, False),
        ("op.drop_column('t', 'd')", True, True),
        ("op.drop_table('t')", True, True),
        ("op.rename_table('t', 's')", True, True),
        ("sa.Enum(name='e').drop(op.get_bind())", True, True),
        ("op.execute('DELETE FROM t')", True, True),
        ("op.get_bind().execute(t.delete())", True, True),
    ],
)
def test_an_operation(operation: str, *, refused: bool, over_new: bool) -> None:
    """Also after a column that the release before leaves empty, and on a table that the migration made itself."""
    assert destructive(operation) is refused
    assert destructive(NEW, operation) is over_new
    own = ("op.create_table('t', Column('c', Integer()))", operation)
    elsewhere = operation.startswith(("sa.", "op.execute", "op.get_bind")) or "'other'" in operation
    assert destructive(*own) is (elsewhere and refused)


@pytest.mark.parametrize(
    ("table", "operation", "refused"),
    [
        ("t", "b.drop_column('d')", True),
        ("new", "b.drop_column('d')", False),
        ("t", "b.add_column(Column('c', Integer()))", False),
        ("t", "b.add_column(Column('c', Integer(), nullable=False))", True),
        ("t", "b.create_unique_constraint('u', ['old'])", False),
        ("t", "b.create_unique_constraint('u', ['other'])", True),
        ("t", "b.alter_column('c', nullable=False)", True),
    ],
)
def test_a_batch(table: str, operation: str, *, refused: bool) -> None:
    """It has its table already."""
    before = ("op.create_table('new')", "op.add_column('t', Column(name='old', type_=Integer()))")
    assert destructive(*before, f"with op.batch_alter_table('{table}') as b:", f"    {operation}") is refused
    assert destructive(*before, f"with op.batch_alter_table(table_name='{table}') as b: {operation}") is refused


def test_a_function_of_the_module_is_looked_at_once() -> None:
    text = revision("more()", "op.add_column('t', Column('c'))") + "def more():\n    more()\n    op.drop_table('t')\n"
    assert alembic_migrations.read(text) == ("a", "z", True)


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ("revision = 'a'\ndown_revision = None\n", ("a", "", True)),
        ("revision: str = 'a'\ndown_revision = ('y', 'z')\n", ("a", "", True)),
        ("# destructive: no\nrevision = 'a'\n", ("a", "", False)),
        ("revision = 1\n", None),
        ("", None),
        ("!", None),
    ],
)
def test_what_is_a_revision(head: str, found: tuple[str, str, bool] | None) -> None:
    """It has a name and an upgrade; what it says of itself counts."""
    assert alembic_migrations.read(revision("op.drop_table('t')", head=head)) == found
    assert alembic_migrations.read("revision = 'a'\n") is None
