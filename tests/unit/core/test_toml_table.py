"""Typed reading of TOML tables."""

from __future__ import annotations

import pytest

from dockgate.core.errors import ConfigError
from dockgate.core.toml_table import Table

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
