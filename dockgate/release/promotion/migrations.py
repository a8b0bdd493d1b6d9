"""Database migrations: which a release has, and whether one may go back below them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockgate.core.errors import FindingsError
from dockgate.release.artifact.manifest import Migration
from dockgate.system import regular_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

# What loses data or takes something from the code before, where the file does not say it itself.
DESTRUCTIVE = re.compile(
    r"\b(?:DROP\s+(?:TABLE|COLUMN|SCHEMA|TYPE)|TRUNCATE|DELETE\s+FROM|RENAME\s+(?:TO|COLUMN))\b"
    r"|\bALTER\s+COLUMN\s+\S+\s+(?:TYPE|SET\s+DATA\s+TYPE|SET\s+NOT\s+NULL)\b",
    re.IGNORECASE,
)
DECLARED = re.compile(r"^--\s*destructive:\s*(yes|no)\s*$", re.IGNORECASE | re.MULTILINE)
COMMENT = re.compile(r"--.*$", re.MULTILINE)


def read(folder: Path) -> tuple[Migration, ...]:
    """Return the migrations of a folder of numbered .sql files, in order."""
    return tuple(Migration(file.stem, destructive(regular_file.text(file))) for file in sorted(folder.glob("*.sql")))


def destructive(sql: str) -> bool:
    """Tell what the file declares (`-- destructive: yes` or `no`), else what its statements look like."""
    declared = DECLARED.search(sql)
    return declared[1].lower() == "yes" if declared else bool(DESTRUCTIVE.search(COMMENT.sub("", sql)))


def below(now: Iterable[Migration], target: Iterable[Migration]) -> tuple[Migration, ...]:
    """Return the migrations that the running release has and the target does not know."""
    known = {migration.name for migration in target}
    return tuple(migration for migration in now if migration.name not in known)


def check(now: Iterable[Migration], target: Iterable[Migration], version: str) -> None:
    """Raise FindingsError when going to `version` would go below a destructive migration."""
    if lost := [migration.name for migration in below(now, target) if migration.destructive]:
        raise FindingsError(
            f"{version} does not know {', '.join(lost)}, which changed the database destructively",
            fix="restore the backup made before it, or release a fix forward: inv release --bump=patch",
        )
