"""Files that are whole at any moment: a crash at any byte leaves the old content or the new.

Every file that Dockgate keeps is written here, so that a full or a read-only disk is one error with one exit code.
"""

from __future__ import annotations

import errno
import glob
import os
import secrets
import time
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING

from dockgate.core.errors import ConfigError
from dockgate.core.location import Location

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PRIVATE = 0o600  # its owner alone
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})
ABANDONED = 60.0  # seconds: no write takes that long


class UnwritableError(ConfigError):
    """A file cannot be written; what was there is untouched."""


class FullDiskError(UnwritableError):
    """The disk is full or read-only, which is the machine's, and no matter of the configuration."""

    code = 5
    kind = "failed"


def refused(path: Path, error: OSError) -> UnwritableError:
    """Return the error for a file or a folder that cannot be written, of the kind that its cause has."""
    what, where = f"cannot be written: {error.strerror}", Location(str(path))
    if error.errno in FULL:
        return FullDiskError(what, where=where, fix="make room, or make it writable, and run the same command again")
    return UnwritableError(what, where=where, fix="nothing was changed")


def replace(path: Path, data: bytes, mode: int = PRIVATE) -> None:
    """Write `data` to `path`, in place of what is there; UnwritableError leaves the old file."""
    with writing(path, mode) as file:
        file.write(data)


@contextmanager
def writing(path: Path, mode: int) -> Iterator[IO[bytes]]:
    """Yield a file to write to, which takes the place of `path` when the block ends; else the old file stays."""
    with _temporary(path, mode) as (file, temporary):
        yield file
        _close(file)
        temporary.replace(path)
        _sync_folder(path.parent)


def create(path: Path, data: bytes, mode: int = PRIVATE) -> bool:
    """Write `data` to `path` if nothing is there; return whether it was this call that did, or UnwritableError."""
    with _temporary(path, mode) as (file, temporary):
        file.write(data)
        _close(file)
        try:
            os.link(temporary, path)
        except FileExistsError:
            return False
        _sync_folder(path.parent)
    return True


@contextmanager
def _temporary(path: Path, mode: int) -> Iterator[tuple[IO[bytes], Path]]:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700 if mode == PRIVATE else 0o755)
        sweep(path)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)
            yield file, temporary
    except OSError as error:
        raise refused(path, error) from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def _close(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())
    file.close()


def sweep(path: Path, age: float = ABANDONED) -> None:
    """Remove what a killed run left beside `path`; what is younger than `age` seconds may be another run's."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.*.tmp"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime >= age:
                left.unlink()


def sweep_below(folder: Path) -> None:
    """Remove what killed runs left in a folder that no other process writes to now."""
    for left in folder.rglob(".*.tmp"):
        with suppress(OSError):
            left.unlink()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
