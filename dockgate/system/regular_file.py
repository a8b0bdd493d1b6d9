"""Reading a file that has to be one: whatever stands in its place, a read ends at once and within bounds."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# Far above any file that is read whole here; `/dev/zero` and a runaway log are stopped by it.
LARGEST = 64 * 2**20  # bytes; chosen


def opened(path: Path) -> io.BufferedReader:
    """Open a file for reading; OSError for a folder, a pipe or a device, without waiting for its other end."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return io.BufferedReader(io.FileIO(descriptor))


def read(path: Path, largest: int = LARGEST) -> bytes:
    """Return the content of a file; OSError for a folder, a pipe, a device, and for more than `largest` bytes."""
    with opened(path) as file:
        content = file.read(largest + 1)
    if len(content) > largest:
        raise OSError(errno.EFBIG, f"larger than {largest:,} bytes", str(path))
    return content


def text(path: Path, largest: int = LARGEST) -> str:
    """Return the text of a file, with line feeds at its ends of lines; OSError where it is not UTF-8, too."""
    try:
        content = read(path, largest).decode()
    except UnicodeDecodeError as error:
        raise OSError(errno.EILSEQ, f"not UTF-8 at byte {error.start}", str(path)) from error
    return content.replace("\r\n", "\n").replace("\r", "\n")


def sha256(path: Path) -> str:
    """Return the digest of a file of any size; OSError for a folder, a pipe or a device."""
    with opened(path) as file:
        return hashlib.file_digest(file, hashlib.sha256).hexdigest()
