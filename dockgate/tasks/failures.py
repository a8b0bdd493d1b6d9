"""Errors that no code of ours raised: what a file or a disk refused, and bugs."""

from __future__ import annotations

import errno
import os

from dockgate.core.errors import ConfigError, DockgateError, ToolFailedError
from dockgate.core.location import Location

NO_FOLDER = "No usable temporary directory"  # what `tempfile` says where each of its places is full or read-only
BUG = "this is a bug in Dockgate: please report it; the traceback is in {path}"


def of_machine(error: OSError) -> DockgateError | None:
    """Return what a file or a disk of this machine refused; None where no file has to do with it."""
    from dockgate.system import atomic_file

    where = Location(os.fsdecode(error.filename)) if isinstance(error.filename, (str, bytes)) else None
    if error.errno in atomic_file.FULL:
        fix = "make room, or make it writable, and run the same command again"
        return ToolFailedError(f"cannot be written: {error.strerror}", where=where, fix=fix)
    if where is None and error.errno == errno.ENOENT and str(error.strerror).startswith(NO_FOLDER):
        return ToolFailedError(str(error.strerror), fix="make room in one of them, or set TMPDIR to a folder with some")
    if where is None:
        return None
    return ConfigError(f"cannot be used: {error.strerror}", where=where, fix="put a readable file or folder there")


def bug(error: Exception) -> DockgateError:
    """Return the error for what nothing expected, its traceback in a file."""
    import tempfile
    import traceback

    what = f"{type(error).__name__}: {error}"
    try:
        with tempfile.NamedTemporaryFile("w", prefix="dockgate-bug-", suffix=".txt", delete=False) as file:
            traceback.print_exception(error, file=file)
    except OSError as unwritable:
        return DockgateError(what, fix=f"this is a bug in Dockgate; its traceback is lost: {unwritable.strerror}")
    return DockgateError(what, fix=BUG.format(path=file.name))
