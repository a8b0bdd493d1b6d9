"""Typed reading of TOML tables."""

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

FILE = "pyproject.toml"


OWN = """name = "x"

[ environments . "dev" ]
layers = [
  "a",
]
local = 1

[environments.prod.markers]
hosts = 2

[images]
api = { inputs = 3 }

[[exemptions]]
code = "A"

[[exemptions]]
code = 1
"""


@pytest.mark.parametrize(
    ("path", "key", "line"),
    [
        ("", "name", 1),
        ("", "absent", 0),
        ("environments.dev", "layers", 4),
        ("environments.dev", "local", 7),
        ("environments.dev", "absent", 3),
        ("environments.prod.markers", "hosts", 10),
        ("images.api", "inputs", 13),
        ("images.web", "inputs", 12),
        ("absent", "x", 0),
    ],
)
@pytest.mark.parametrize("prefix", [False, True])
def test_an_error_names_the_line(tmp_path: Path, path: str, key: str, line: int, *, prefix: bool) -> None:
    """Of the key, else of its table; with the prefix or without it, however the header is written."""
    text = OWN.replace("[ environments", "[tool.dockgate.environments").replace(
        "\n[environ", "\n[tool.dockgate.environ"
    )
    text = text.replace("[images]", "[tool.dockgate.images]")
    head = "[project]\nname = 'y'\n[tool.dockgate]\n"
    (tmp_path / FILE).write_text(head + text if prefix else OWN)
    table = Table({}, f"tool.dockgate.{path}".rstrip("."), FILE, tmp_path)
    expected = (line + 3 if line else 3 * (path in {"", "absent"})) if prefix else line
    assert table.place(key) == Location(FILE, expected)


def test_each_of_many_has_its_line(tmp_path: Path) -> None:
    """Written in one line they have none; what has changed since has none either."""
    (tmp_path / FILE).write_text(OWN)
    two = {"exemptions": [{"code": "A"}, {"code": 1}]}
    first, second = Table(two, "tool.dockgate", FILE, tmp_path).tables("exemptions")
    assert (first.place("code").line, first.place("reason").line, second.place("code").line) == (16, 15, 19)
    (tmp_path / FILE).write_bytes(b"exemptions = [{}, {}]  # \xff")
    assert [each.place("x").line for each in Table(two, "tool.dockgate", FILE, tmp_path).tables("exemptions")] == [0, 0]


DAY = date(2027, 1, 31)


@pytest.mark.parametrize(
    ("read", "value", "expected"),
    [
        (lambda table: table.string("k"), None, ""),
        (lambda table: table.string("k", "d"), None, "d"),
        (lambda table: table.string("k"), "x", "x"),
        (lambda table: table.integer("k"), None, 0),
        (lambda table: table.integer("k", 5), None, 5),
        (lambda table: table.integer("k"), 7, 7),
        (lambda table: table.number("k"), None, 0.0),
        (lambda table: table.number("k", 2.5), None, 2.5),
        (lambda table: table.number("k"), 3, 3.0),
        (lambda table: table.number("k"), 1.5, 1.5),
        (lambda table: table.boolean("k"), None, False),
        (lambda table: table.boolean("k", default=True), None, True),
        (lambda table: table.boolean("k", default=True), False, False),
        (lambda table: table.strings("k"), None, ()),
        (lambda table: table.strings("k", ("x",)), None, ("x",)),
        (lambda table: table.strings("k"), ["a", "b"], ("a", "b")),
        (lambda table: [*table.table("k")], None, []),
        (lambda table: table.tables("k"), None, ()),
        (lambda table: table.day("k"), "2027-01-31", DAY),
        (lambda table: table.day("k"), DAY, DAY),
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
        (Table.day, None, "must be a date\n  → write k = 2027-01-31"),
        (Table.day, 3, "must be a date\n  → write k = 2027-01-31"),
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


@pytest.mark.parametrize(("key", "near"), [("zzz", ""), ("sorce", " Did you mean source?")])
def test_a_key_that_nothing_asked_for(key: str, near: str) -> None:
    table = Table({"source": "x", key: 2}, "t", "f")
    table.string("source")
    with pytest.raises(ConfigError) as caught:
        table.done()
    assert str(caught.value) == f"f: [t] {key} is not a key of this table.{near}"


@pytest.mark.parametrize(("place", "line"), [(0, 1), (1, 2), (2, 3), (4, 3)])
def test_the_line_of_a_place(place: int, line: int) -> None:
    """A line ends behind its sign."""
    assert line_at("\n\nbc", place) == line
