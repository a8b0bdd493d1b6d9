"""Single operations and fields of Django: which of them the release before can live with."""

from __future__ import annotations

import ast

import pytest

from dockgate.release.promotion import django_fields, django_migrations

FIRST = """
migrations.CreateModel("Order", [("id", models.AutoField()), ("note", models.CharField(max_length=20)), BROKEN,
 ("alone",), ("other", FIELD)]),
migrations.CreateModel(name="Item", fields=(("size", models.IntegerField(null=True)),)),
"""


def migration(operations: str) -> str:
    return f"class Migration(migrations.Migration):\n    operations = [{operations}]\n"


def destructive(*operations: str, before: str = "") -> bool:
    texts = {"1": migration(FIRST), "2": before + migration(", ".join(operations))}
    found = django_migrations.read(texts)
    assert found
    assert found["1"] is False
    return found["2"]


NEW = "AddField('order', 'n', models.CharField(null=True))"
FILLED = "AddField('order', 'm', models.CharField(null=True, db_default=''))"
MADE = "CreateModel('Order', [])"


@pytest.mark.parametrize(
    ("operation", "refused", "over_new"),
    [
        ("AddField('order', 'm', models.CharField(null=True))", False, False),
        ("AddField('order', 'm', models.CharField())", True, True),
        ("AlterField(model_name='order', name='note', field=models.CharField(max_length=21))", False, False),
        ("AlterField('order', 'other', models.CharField(max_length=9))", True, True),
        ("AlterField('order', 'n', models.CharField(null=True))", True, False),
        ("AddField('order', 'm', FIELD)", True, True),
        ("AlterField('Order', 'note', models.CharField(max_length=21))", False, False),
        ("AlterField('order', 'note', models.CharField(max_length=19))", True, True),
        ("AlterField('order', 'n', models.CharField(null=True, max_length=9))", True, True),
        ("AlterField('order', 'unknown', models.CharField(null=True))", True, True),
        ("AlterUniqueTogether('order', {('n', 'note')})", True, True),
        ("AlterUniqueTogether(name='order', unique_together=set())", False, False),
        ("AlterUniqueTogether(name='order', unique_together=[])", False, False),
        ("AddConstraint('order', models.UniqueConstraint(fields=['n'], name='u'))", True, False),
        ("AddConstraint('order', constraint=models.UniqueConstraint(fields=['n', 'note']))", True, True),
        (f"{FILLED}, AddConstraint('order', models.UniqueConstraint(fields=['m']))", True, True),
        ("AddConstraint('item', models.UniqueConstraint(fields=['n']))", True, True),
        ("AddConstraint('order', models.UniqueConstraint(fields=[]))", True, True),
        ("AddConstraint('order', models.UniqueConstraint(fields=FIELDS))", True, True),
        ("AddConstraint('order', models.CheckConstraint(fields=['n']))", True, True),
        ("AddConstraint('order', CONSTRAINT)", True, True),
        ("AddConstraintNotValid('order', models.UniqueConstraint(fields=['n']))", True, True),
        ("RemoveField('order', 'note')", True, True),
        ("RemoveField(model_name='order', name='note')", True, True),
        ("DeleteModel('Order')", True, True),
        ("DeleteModel(name='Order')", True, True),
        ("RenameField('order', 'note', 'text')", True, True),
        ("RenameField(model_name='order', old_name='note', new_name='text')", True, True),
        ("RenameModel('Order', 'Purchase')", True, True),
        ("RenameModel(old_name='Order', new_name='Purchase')", True, True),
        ("AlterModelTable('order', 'orders')", True, True),
        ("AlterOrderWithRespectTo('order', 'item')", True, True),
        ("AddIndex('order', models.Index(fields=['note']))", False, False),
        ("AlterModelOptions('order', {})", False, False),
    ],
)
def test_an_operation(operation: str, *, refused: bool, over_new: bool) -> None:
    """Also after a field that the release before leaves empty, and on a model that the migration made itself."""
    assert destructive(operation) is refused
    assert destructive(NEW, operation) is over_new
    assert destructive(MADE, operation) is ("'item'" in operation and "AlterOrder" not in operation)


@pytest.mark.parametrize(
    ("operation", "refused"),
    [
        ("SeparateDatabaseAndState([RunSQL('DROP TABLE a')])", True),
        ("SeparateDatabaseAndState(state_operations=[DeleteModel('Order')])", False),
        ("SeparateDatabaseAndState(database_operations=(AddIndex('a'), RunSQL('DROP TABLE a')))", True),
        ("RunSQL(sql='DROP TABLE a')", True),
        ("RunSQL('UPDATE a SET b = 1', 'DROP TABLE a')", False),
        ("RunSQL(UNKNOWN)", True),
        ("RunPython(RunPython.noop)", False),
        ("RunPython(code=RunPython.noop)", False),
        ("RunPython(lambda apps, editor: Order.objects.update(a=1))", False),
        ("RunPython(lambda apps, editor: Order.objects.delete())", True),
        ("RunPython(partial(keep, 1))", False),
        ("RunPython(functools.partial(lose, 1))", True),
        ("RunPython(partial())", True),
        ("RunPython(code=edit)", True),
        ("RunPython(elsewhere)", True),
        ("RunPython()", True),
    ],
)
def test_what_is_run(operation: str, *, refused: bool) -> None:
    """What cannot be seen here counts as destructive; the way back does not count."""
    before = "def keep(a): a.save()\ndef lose(a): a.delete()\ndef edit(apps, editor): editor.remove_field(a, b)\n"
    assert destructive(operation, before=before) is refused


@pytest.mark.parametrize(
    ("new", "refused"),
    [
        ("CharField()", True),
        ("CharField(null=True)", False),
        ("CharField(default='x')", True),
        ("CharField(db_default='x')", False),
        ("models.ManyToManyField(to=a)", False),
        ("GeneratedField(a)", False),
    ],
)
def test_a_field_that_is_new(new: str, *, refused: bool) -> None:
    assert django_fields.refuses(field(new)) is refused


@pytest.mark.parametrize(
    ("old", "new", "refused"),
    [
        ("CharField(max_length=9)", "CharField(max_length=9)", False),
        ("CharField(max_length=9)", "SlugField()", False),
        ("CharField(max_length=51)", "SlugField()", True),
        ("EmailField()", "CharField(max_length=254)", False),
        ("EmailField()", "CharField(max_length=253)", True),
        ("URLField()", "CharField(max_length=200)", False),
        ("URLField()", "CharField(max_length=199)", True),
        ("FileField()", "CharField(max_length=100)", False),
        ("FileField()", "CharField(max_length=99)", True),
        ("CharField()", "CharField(max_length=9)", True),
        ("CharField(max_length=9)", "TextField(max_length=5)", False),
        ("TextField(max_length=5)", "CharField(max_length=9)", True),
        ("SmallAutoField()", "AutoField()", False),
        ("BigAutoField()", "AutoField()", True),
        ("AutoField()", "IntegerField()", True),
        ("PositiveIntegerField()", "IntegerField()", False),
        ("IntegerField()", "PositiveIntegerField()", True),
        ("SmallIntegerField()", "BigIntegerField()", False),
        ("PositiveBigIntegerField()", "IntegerField()", True),
        ("DecimalField(max_digits=9, decimal_places=2)", "DecimalField(max_digits=9, decimal_places=2)", False),
        ("DecimalField(max_digits=9, decimal_places=2)", "DecimalField(max_digits=9, decimal_places=3)", True),
        ("DecimalField(max_digits=9, decimal_places=2)", "DecimalField(max_digits=8, decimal_places=1)", True),
        ("DecimalField(max_digits=9, decimal_places=2)", "DecimalField(max_digits=9)", False),
        ("DecimalField()", "FloatField()", True),
        ("JSONField()", "JSONField()", False),
        ("JSONField()", "TextField()", True),
        ("ForeignKey('a', CASCADE)", "ForeignKey(to='a', on_delete=PROTECT)", False),
        ("ForeignKey('a')", "ForeignKey('b')", True),
        ("JSONField(db_column='a')", "JSONField(db_column='a')", False),
        ("JSONField(db_column='a')", "JSONField(db_column='b')", True),
        ("JSONField()", "JSONField(db_column='b')", True),
        ("JSONField()", "JSONField(unique=True)", True),
        ("JSONField(unique=True)", "JSONField(unique=True)", False),
        ("JSONField(null=True)", "JSONField(null=True)", False),
        ("JSONField(null=True)", "JSONField()", True),
        ("JSONField(db_default=1)", "JSONField()", True),
        ("JSONField(db_default=1)", "JSONField(null=True)", False),
        ("JSONField(db_default=1)", "JSONField(db_default=2)", False),
    ],
)
def test_a_field_that_was_there(old: str, new: str, *, refused: bool) -> None:
    """It takes everything that the one before took."""
    assert django_fields.narrowed(field(old), field(new)) is refused


def field(text: str) -> ast.Call:
    made = ast.parse(text, mode="eval").body
    assert isinstance(made, ast.Call)
    return made


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("class Migration(migrations.Migration):\n    operations: list = (RunSQL('DROP TABLE a'),)\n", {"1": True}),
        ("class Migration(migrations.Migration):\n    initial = True\n", {"1": False}),
        ("# destructive: yes\n" + migration(""), {"1": True}),
        ("# destructive: no\n" + migration("DeleteModel('a')"), {"1": False}),
        ("class Other:\n    operations = []\n", None),
        ("!", None),
    ],
)
def test_what_is_a_migration(text: str, found: dict[str, bool] | None) -> None:
    """A class of that name; what it says of itself counts."""
    assert django_migrations.read({"0": "x = 1\n", "1": text}) == found
