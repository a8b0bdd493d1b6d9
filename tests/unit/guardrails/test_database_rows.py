"""The rows of a database as text."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from dockgate.guardrails import database_rows


def made(*statements: str) -> bytes:
    """Return a database in which these were executed."""
    with closing(sqlite3.connect(":memory:")) as database:
        for each in statements:
            database.execute(each)
        database.commit()
        return database.serialize()


DATA = made(
    'CREATE TABLE "a ""b" (name TEXT, number INTEGER, other TEXT)',
    "INSERT INTO \"a \"\"b\" VALUES ('one', 1, 'x'), ('two', NULL, CAST(X'ff' AS TEXT))",
    "CREATE VIEW v AS SELECT 'of a view' AS name",
    "CREATE TABLE c (name TEXT)",
    "INSERT INTO c VALUES ('three')",
)


def test_texts_of_every_table_with_their_columns() -> None:
    """What is no UTF-8 is replaced; numbers and views are left out."""
    assert database_rows.text(DATA) == "name=one\nother=x\nname=two\nother=\ufffd\nname=three"


def test_one_with_a_log_beside_it_is_read_without() -> None:
    """Its header asks for a log that is not there."""
    assert database_rows.text(DATA[:18] + b"\2\2" + DATA[20:]).startswith("name=one\n")


@pytest.mark.parametrize(("most", "last"), [(1, "other=x"), (2, "other=\ufffd"), (3, "name=three")])
def test_the_rows_of_all_tables_are_counted_together(monkeypatch: pytest.MonkeyPatch, most: int, last: str) -> None:
    monkeypatch.setattr(database_rows, "ROWS", most)
    assert database_rows.text(DATA).splitlines()[-1] == last


@pytest.mark.parametrize("data", [b"", database_rows.MAGIC, database_rows.MAGIC + b"\xff" * 2000])
def test_a_damaged_one_has_no_rows(data: bytes) -> None:
    assert database_rows.text(data) == ""
