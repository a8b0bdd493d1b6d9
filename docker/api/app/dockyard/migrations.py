"""The schema: files sql/NNNN_name.sql, applied once each and in order; each begins `-- destructive: yes` or `no`."""

import hashlib
from pathlib import Path

import asyncpg

FILES = sorted((Path(__file__).parent / "sql").glob("*.sql"))
# What this code needs of the database.
HEAD = len(FILES)
TABLE = "CREATE TABLE IF NOT EXISTS schema_migrations (version int PRIMARY KEY, name text, checksum text NOT NULL)"


class MigrationError(Exception):
    """The database and the files tell different stories."""


def pending(files: list[Path], applied: dict[int, str]) -> list[tuple[int, Path, str]]:
    """Return version, file and checksum of what `applied` (versions and checksums) lacks; newer ones are accepted."""
    todo = []
    for version, file in enumerate(files, 1):
        checksum = hashlib.sha256(file.read_bytes()).hexdigest()
        if int(file.name[:4]) != version:
            raise MigrationError(f"{file.name} should be number {version}")
        if applied.get(version, checksum) != checksum:
            raise MigrationError(f"{file.name} was changed after it was applied; write a new migration instead")
        if version not in applied:
            todo.append((version, file, checksum))
    return todo


async def migrate(connection: asyncpg.Connection) -> list[str]:
    """Apply what is pending, each file in its own transaction; return the names."""
    # Any constant will do: it keeps two runs from working at once, and ends with the connection.
    await connection.execute("SELECT pg_advisory_lock(1685021547)")
    await connection.execute(TABLE)
    rows = await connection.fetch("SELECT version, checksum FROM schema_migrations")
    todo = pending(FILES, {row["version"]: row["checksum"] for row in rows})
    for version, file, checksum in todo:
        async with connection.transaction():
            await connection.execute(file.read_text(encoding="utf-8"))
            await connection.execute("INSERT INTO schema_migrations VALUES ($1, $2, $3)", version, file.stem, checksum)
    return [file.stem for _, file, _ in todo]
