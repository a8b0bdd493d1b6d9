"""Versioned SQL files, and the one-shot that applies them in order, each once."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncpg

# Any constant will do: it keeps two runs of `migrate` from working at once.
LOCK = 0x646F636B
logger = logging.getLogger(__name__)


class MigrationError(Exception):
    """The database and the files tell different stories."""


@dataclass(frozen=True)
class Migration:
    """One SQL file, `NNNN_name.sql`; its first line says `-- destructive: yes` or `no`."""

    version: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text: an applied file must not change."""
        return hashlib.sha256(self.sql.encode()).hexdigest()

    @property
    def destructive(self) -> bool:
        """Whether an older release cannot work with the schema that this one leaves."""
        return self.sql.startswith("-- destructive: yes")


def load(folder: Path = Path(__file__).parent) -> tuple[Migration, ...]:
    """Return the migrations in order; their versions must be 1, 2, 3 …"""
    files = sorted(folder.glob("[0-9]*_*.sql"))
    found = tuple(Migration(int(file.name.split("_")[0]), file.stem, file.read_text("utf-8")) for file in files)
    if [migration.version for migration in found] != list(range(1, len(found) + 1)):
        raise MigrationError(f"versions are not consecutive: {', '.join(migration.name for migration in found)}")
    return found


def head() -> int:
    """Return the version that this code needs."""
    return load()[-1].version


def pending(files: tuple[Migration, ...], applied: dict[int, str]) -> tuple[Migration, ...]:
    """Return what is not applied yet; `applied` maps a version to its checksum. Newer versions are accepted."""
    changed = [file.name for file in files if applied.get(file.version, file.checksum) != file.checksum]
    if changed:
        raise MigrationError(f"changed after it was applied: {', '.join(changed)}; write a new migration instead")
    return tuple(file for file in files if file.version not in applied)


async def migrate(connection: asyncpg.Connection) -> int:
    """Apply what is pending, each file in its own transaction, and return the new head."""
    files = load()
    await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
    await connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_migrations (version int PRIMARY KEY, name text NOT NULL,"
        " checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())",
    )
    applied = {row["version"]: row["checksum"] for row in await connection.fetch("SELECT * FROM schema_migrations")}
    for file in pending(files, applied):
        async with connection.transaction():
            await connection.execute(file.sql)
            await connection.execute(
                "INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)",
                *(file.version, file.name, file.checksum),
            )
        logger.info("migrated", extra={"fields": {"version": file.version, "name": file.name}})
    await connection.execute("SELECT pg_advisory_unlock($1)", LOCK)
    return max(len(files), *applied, 0)
