"""Database migrations: whether one may go back below those that a release has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.errors import FindingsError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from dockgate.release.artifact.manifest import Migration


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


def serves(now: Collection[str], target: Collection[str], running: Collection[str]) -> bool:
    """Return whether what runs is the target already: images by reference, of both releases and of what runs.

    Where a migration of the present release fails, the release before goes on serving: to point back to it is to say
    what is so, and takes it below nothing.
    """
    changed, left = {*target} - {*now}, {*now} - {*target}
    return not changed.isdisjoint(running) and left.isdisjoint(running)
