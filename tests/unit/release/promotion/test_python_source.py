"""What the source of a migration says without being run."""

from __future__ import annotations

import ast

import pytest

from dockgate.release.promotion import python_source
from dockgate.release.promotion.python_source import DEEPEST, UNKNOWN

BEFORE = "A = 'drop'\nB: str = A\nfor each in ['one', 'two']: pass\nC, D = 'c', 'd'\n"


def expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def call(text: str) -> ast.Call:
    made = expression(text)
    assert isinstance(made, ast.Call)
    return made


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("'a'", "a"),
        ("f'a {b} c {d}'", "a x c x"),
        ("A", "drop"),
        ("B", "drop"),
        ("each", "one;\ntwo"),
        ("nothing", None),
        ("1", None),
        ("migrations.RunSQL.noop", ""),
        ("['a', nothing, ('b', 'c')]", "a;\nb;\nc"),
        ("{'a'}", "a"),
        ("[nothing]", None),
        ("'a' if nothing else 'b'", "a;\nb"),
        ("'a ' + 'b'", "a b"),
        ("'a ' + nothing", "a x"),
        ("nothing + 'a'", None),
        ("'a %s' % nothing", "a %s"),
        ("'a' * 3", None),
        ("'a {}'.format(nothing)", "a {}"),
        ("'a'.upper()", None),
        ("sa.text('a')", "a"),
        ("RawSQL('a', [])", "a"),
        ("other('a')", None),
        ("+" * 3 + "'a'", None),
    ],
)
def test_the_text_of_an_expression(written: str, text: str | None) -> None:
    """A value in it that is not known is left open; what is not known at all is no text."""
    source = python_source.read(BEFORE)
    assert source
    assert source.text(expression(written)) == text


@pytest.mark.parametrize(("deep", "text"), [(DEEPEST, "a"), (DEEPEST + 1, None)])
def test_a_text_is_followed_so_deep(deep: int, text: str | None) -> None:
    """And a name that stands for itself is no text."""
    source = python_source.read("A = 'a'\nLOOP = LOOP\n")
    assert source
    assert source.text(expression("text(" * (deep - 1) + "A" + ")" * (deep - 1))) == text
    assert source.text(expression("LOOP")) is None


@pytest.mark.parametrize(
    ("written", "destroys"),
    [
        ("rows.delete()", True),
        ("rows._raw_delete(x)", True),
        ("rows.update(a=1)", False),
        ("op.execute('DELETE FROM a')", True),
        ("op.execute(sqltext='DROP TABLE a')", True),
        ("op.execute('UPDATE a SET b = 1')", False),
        ("op.execute(REMOVED)", True),
        ("op.execute(KEPT)", False),
        ("op.execute(sa.update(a).where(x))", False),
        ("op.execute(a.delete().where(select(b)))", True),
        ("op.execute(unknown)", True),
        ("op.execute()", True),
    ],
)
def test_a_call_that_destroys(written: str, *, destroys: bool) -> None:
    """It deletes rows, or runs what does, or what cannot be seen."""
    source = python_source.read("REMOVED = a.delete()\nKEPT = sa.insert(a)\n")
    assert source
    assert source.destroys(call(written)) is destroys


def test_calls_are_followed_into_the_functions_of_the_module() -> None:
    """Each once, whatever calls what; a method of the same name is another function."""
    source = python_source.read(
        "def one():\n    two()\n    three()\ndef two():\n    one()\n    x.four()\ndef four(): five()\n"
    )
    assert source
    names = sorted(python_source.name(each.func) for each in source.calls(expression("one(0)")))
    assert names == ["four", "one", "one", "three", "two"]


def test_arguments_are_found_by_name_and_by_place() -> None:
    made = call("f(1, a.b, key=True, other=None)")
    assert python_source.value(python_source.argument(made, "key", 0)) is True
    assert python_source.value(python_source.argument(made, "none", 0)) == 1
    assert python_source.value(python_source.argument(made, "none", 1)) is UNKNOWN
    assert python_source.argument(made, "none", 2) is None
    assert python_source.argument(made, "none") is None
    assert python_source.value(None) is None
    assert [python_source.flag(made, key) for key in ("key", "other", "none")] == [True, False, False]
    assert [python_source.name(each) for each in (made.func, made.args[1], made.args[0], None)] == ["f", "b", "", ""]


@pytest.mark.parametrize("text", ["def", "a\0b", "(" * 300])
def test_what_is_no_python_has_no_source(text: str) -> None:
    assert python_source.read(text) is None
