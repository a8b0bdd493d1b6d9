import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from dockyard.migrations import FILES, HEAD, MigrationError, migrate, pending


def checksum(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    for name in ("0001_first.sql", "0002_second.sql"):
        (tmp_path / name).write_text(f"-- {name}")
    return sorted(tmp_path.iterdir())


def test_every_migration_says_whether_it_is_destructive() -> None:
    assert HEAD == len(FILES) > 0
    assert [file.name for file in FILES if not re.match("-- destructive: (yes|no)\n", file.read_text())] == []


def test_the_migrations_that_are_shipped_are_in_sequence() -> None:
    assert [version for version, _, _ in pending(FILES, {})] == list(range(1, HEAD + 1))


def test_every_reference_to_another_table_has_an_index() -> None:
    """Lists are by it, and each deletion there would read this table whole."""
    sql = "\n".join(file.read_text() for file in FILES)
    tables = re.findall(r"^CREATE TABLE (\w+) \((.*?)^\);", sql, re.DOTALL | re.MULTILINE)
    references = [(name, column) for name, body in tables for column in re.findall(r"(\w+) \w+ .*?REFERENCES", body)]
    indices = re.findall(r"^CREATE INDEX \w+ ON (\w+) \((\w+)[,)]", sql, re.MULTILINE)
    assert ("jobs", "account_id") in references
    assert set(references) - set(indices) == set()


def test_only_what_is_not_applied_is_pending(files: list[Path]) -> None:
    assert pending(files, {1: checksum(files[0])}) == [(2, files[1], checksum(files[1]))]


def test_a_database_ahead_of_the_code_has_nothing_pending(files: list[Path]) -> None:
    assert pending(files, {1: checksum(files[0]), 2: checksum(files[1]), 3: "newer"}) == []


def test_a_file_changed_after_it_was_applied_is_refused(files: list[Path]) -> None:
    with pytest.raises(MigrationError, match=r"0001_first\.sql was changed"):
        pending(files, {1: "another checksum"})


def test_a_gap_in_the_numbers_is_refused(files: list[Path]) -> None:
    with pytest.raises(MigrationError, match="should be number 1"):
        pending(files[1:], {})


class Connection:
    """Records what `migrate` does; `applied` stands in schema_migrations."""

    def __init__(self, applied: dict[int, str]) -> None:
        self.applied = applied
        self.log: list[str] = []

    async def execute(self, query: str, *values: Any) -> None:
        self.log.append(query.split("\n", maxsplit=1)[0][:40])
        if query.startswith("INSERT INTO schema_migrations"):
            self.applied[values[0]] = values[2]

    async def fetch(self, _: str) -> list[dict[str, object]]:
        return [{"version": version, "checksum": checksum} for version, checksum in self.applied.items()]

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        self.log.append("begin")
        yield
        self.log.append("commit")


def test_each_file_is_applied_and_recorded_in_a_transaction_under_the_lock() -> None:
    connection = Connection({})
    names = asyncio.run(migrate(connection))  # type: ignore[arg-type] # a fake
    assert names == [file.stem for file in FILES]
    assert "pg_advisory_lock" in connection.log[0]
    assert connection.log.count("begin") == connection.log.count("commit") == HEAD
    assert asyncio.run(migrate(connection)) == []  # type: ignore[arg-type] # a fake
