"""Reading a file that has to be one: a pipe in its place would keep everybody waiting for ever."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from pathlib import Path


def opened(path: Path) -> BinaryIO:
    """Open a file for reading; OSError for a folder, a pipe or a device, without waiting for its other end."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return os.fdopen(descriptor, "rb")


def read(path: Path) -> bytes:
    """Return the content of a file; OSError for a folder, a pipe or a device."""
    with opened(path) as file:
        return file.read()
