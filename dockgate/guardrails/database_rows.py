"""The rows of a SQLite database as text: `column=value`, a line each, up to a bound."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MAGIC = b"SQLite format 3\0"
ROWS = 100_000  # of all tables together
WAL = slice(18, 20)  # the header's versions: 2 wants a write-ahead log beside the file, which is not here


def text(data: bytes) -> str:
    """Return the rows of a database, empty for one that SQLite does not open; nothing of it is executed."""
    plain = bytearray(data)
    plain[WAL] = b"\1\1"
    try:
        with closing(sqlite3.connect(":memory:")) as database:
            database.deserialize(bytes(plain))
            database.execute("PRAGMA trusted_schema = OFF")
            database.text_factory = lambda raw: raw.decode(errors="replace")
            return "\n".join(_rows(database))
    except (sqlite3.Error, OverflowError):
        return ""


def _rows(database: sqlite3.Connection) -> Iterator[str]:
    left = ROWS
    tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    for (table,) in database.execute(tables).fetchall():
        quoted = table.replace('"', '""')
        found = database.execute(f'SELECT * FROM "{quoted}" LIMIT {left}')  # noqa: S608 - quoted, and read only
        names = [column[0] for column in found.description]
        for row in found:
            left -= 1
            yield from (f"{name}={value}" for name, value in zip(names, row, strict=True) if isinstance(value, str))
