"""What each getter of a table takes, refuses, and gives where there is nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.errors import ConfigError
from dockgate.core.location import Location, line_at
from dockgate.core.toml_table import Table

if TYPE_CHECKING:
    from collections.abc import Callable

DAY = date(2027, 1, 31)


@pytest.mark.parametrize(
    ("read", "value", "expected"),
    [
        (lambda table: table.string("k"), None, ""),
        (lambda table: table.integer("k"), None, 0),
        (lambda table: table.integer("k", 5), None, 5),
        (lambda table: table.integer("k"), 7, 7),
        (lambda table: table.number("k"), None, 0.0),
        (lambda table: table.number("k"), 3, 3.0),
        (lambda table: table.boolean("k"), None, False),
        (lambda table: table.boolean("k", default=True), None, True),
        (lambda table: table.boolean("k", default=True), False, False),
        (lambda table: table.strings("k"), None, ()),
        (lambda table: table.strings("k", ("x",)), None, ("x",)),
        (lambda table: table.strings("k"), ["a", "b"], ("a", "b")),
        (lambda table: [*table.table("k")], None, []),
        (lambda table: table.tables("k"), None, ()),
        (lambda table: table.day("k"), "2027-01-31", DAY),
    ],
)
def test_a_value_or_its_default(read: Callable[[Table], Any], value: Any, expected: Any) -> None:
    """Asked for, it is no unknown key."""
    table = Table({} if value is None else {"k": value}, "t", "f")
    found = read(table)
    assert (found, type(found)) == (expected, type(expected))
    table.done()


@pytest.mark.parametrize(
    ("read", "value", "what"),
    [
        (Table.string, 3, "must be a str, not 3"),
        (Table.integer, True, "must be a int, not True"),
        (Table.integer, "3", "must be a int, not '3'"),
        (Table.number, True, "must be a number, not True"),
        (Table.number, "3", "must be a number, not '3'"),
        (Table.boolean, 1, "must be a bool, not 1"),
        (Table.strings, ["a", 1], "must be a list of strings"),
        (Table.strings, "a", "must be a list, not 'a'"),
        (Table.table, [], "must be a dict, not []"),
        (Table.tables, {}, "must be a list, not {}"),
        (Table.day, datetime(2027, 1, 31, tzinfo=UTC), "must be a date\n  → write k = 2027-01-31"),
        (Table.day, "soon", "must be a date\n  → write k = 2027-01-31"),
    ],
)
def test_what_is_of_another_type(read: Any, value: Any, what: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(Table({"k": value}, "t.u", "f"), "k")
    assert str(caught.value) == f"f: [t.u] k {what}"


def test_tables_in_a_table_know_their_path(tmp_path: Path) -> None:
    """And their file, its folder and their number, so that an error in them names its line."""
    (tmp_path / "f").write_text("[tool.dockgate.a]\nx = 1\n[[tool.dockgate.b]]\ny = 1\n[[tool.dockgate.b]]\ny = 2\n")
    root = Table({"a": {"x": 1}, "b": [{"y": 1}, {"y": 2}]}, "tool.dockgate", "f", tmp_path)
    inner, (first, second) = root.table("a"), root.tables("b")
    assert (inner.path, inner.file, inner.root) == ("tool.dockgate.a", "f", tmp_path)
    assert (inner.place("x"), first.place("y"), second.place("y"), second.place("z")) == (
        Location("f", 2), Location("f", 4), Location("f", 6), Location("f", 5),
    )  # fmt: skip
    assert str(second.error("y", "is two", "make it one")) == "f:6: [tool.dockgate.b] y is two\n  → make it one"
    assert Table({}, "tool.dockgate", "none", tmp_path).place("x") == Location("none")
    assert Table({}, "tool.dockgate", "f").place("x") == Location("f")
    assert Table({}, "tool.dockgate", ".", Path("/")).place("x") == Location(".")


def test_a_key_that_nothing_asked_for() -> None:
    table = Table({"source": "x", "zzz": 2}, "t", "f")
    table.string("source")
    with pytest.raises(ConfigError) as caught:
        table.done()
    assert str(caught.value) == "f: [t] zzz is not a key of this table."


@pytest.mark.parametrize(("place", "line"), [(0, 1), (1, 1), (2, 2), (3, 3), (5, 3)])
def test_the_line_of_a_place(place: int, line: int) -> None:
    """A line ends behind its sign."""
    assert line_at("a\n\nbc", place) == line
