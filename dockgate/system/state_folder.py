"""The folder `.dockgate` in a project, for caches, logs and journals: private to its owner, and ignored by git."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.core.project import STATE
from dockgate.system import atomic_file

if TYPE_CHECKING:
    from pathlib import Path

PRIVATE = 0o700  # its owner alone
IGNORE = ".gitignore"
# Git ignores the folder with this file in it, whatever the repository's own .gitignore says.
EVERYTHING = b"*\n"


def make(folder: Path) -> Path:
    """Make `folder`, at or below a project's state, for its owner alone; ConfigError where it cannot be made."""
    above = [folder, *folder.parents]
    names = [each.name for each in above]
    chain = above[: names.index(STATE) + 1] if STATE in names else [folder]
    for each in reversed(chain):
        _private(each)
        if each.name == STATE and not os.path.lexists(each / IGNORE):
            atomic_file.create(each / IGNORE, EVERYTHING)
    return folder


def save(path: Path, data: bytes) -> None:
    """Write a file of the state, whole or not at all, for its owner alone."""
    make(path.parent)
    atomic_file.replace(path, data)


def _private(folder: Path) -> None:
    """Make a folder that only its owner enters; one of an earlier version, or of a loose umask, becomes so."""
    try:
        with suppress(FileExistsError):
            folder.mkdir(PRIVATE)
        descriptor = os.open(folder, os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            if os.fstat(descriptor).st_mode & 0o777 != PRIVATE:
                os.fchmod(descriptor, PRIVATE)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno in atomic_file.FULL:
            raise atomic_file.refused(folder, error) from error
        fix = "make the folder writable, or move the file in its place away"
        raise ConfigError(f"cannot be written: {error.strerror}", where=Location(str(folder)), fix=fix) from error
