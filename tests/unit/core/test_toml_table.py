"""Typed reading of TOML tables."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.core.toml_table import Table

if TYPE_CHECKING:
    from pathlib import Path

FILE = "pyproject.toml"


def test_reads_each_type() -> None:
    """Values come back as what they are, defaults where there is none."""
    table = Table({"s": "x", "i": 3, "n": 1.5, "b": True, "l": ["a"], "t": {"k": "v"}, "a": [{"k": "w"}]}, "t", FILE)
    assert (table.string("s"), table.integer("i"), table.number("n"), table.boolean("b")) == ("x", 3, 1.5, True)
    assert table.strings("l") == ("a",)
    assert table.table("t").string("k") == "v"
    assert [entry.string("k") for entry in table.tables("a")] == ["w"]
    assert (table.string("none", "d"), table.number("none2", 2.5)) == ("d", 2.5)
    table.done()


@pytest.mark.parametrize("read", [Table.integer, Table.number, Table.string, Table.boolean, Table.strings, Table.table])
def test_refuses_another_type(read: object) -> None:
    """True is no number, and a date is nothing of all this."""
    value: object = True if read in (Table.integer, Table.number) else 3
    with pytest.raises(ConfigError):
        read(Table({"key": value}, "t", FILE), "key")  # type: ignore[operator]  # a method of Table, taken unbound


def test_done_refuses_what_nobody_asked_for() -> None:
    """A misspelt key is an error with the near one."""
    table = Table({"sorce": "x"}, "tool.dockgate.base", FILE)
    table.string("source")
    with pytest.raises(ConfigError, match="source"):
        table.done()


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


@pytest.mark.parametrize("value", [date(2027, 1, 31), "2027-01-31"])
def test_a_day_may_be_a_text(value: object) -> None:
    table = Table({"expires": value}, "t", FILE)
    assert table.day("expires") == date(2027, 1, 31)
    table.done()


@pytest.mark.parametrize("value", [None, "soon", 3, datetime(2027, 1, 31, tzinfo=UTC)])
def test_what_is_no_day_is_refused(value: object) -> None:
    with pytest.raises(ConfigError) as caught:
        Table({"expires": value} if value else {}, "t", FILE).day("expires")
    assert caught.value.fix == "write expires = 2027-01-31"
