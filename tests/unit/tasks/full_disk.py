"""A disk that takes nothing, for the process of a test: full, or mounted read-only."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    import pytest

MAKES = os.O_CREAT | os.O_WRONLY | os.O_RDWR
CHANGES = ("mkdir", "rename", "replace", "link", "symlink", "unlink", "rmdir")


def full(patch: pytest.MonkeyPatch) -> None:
    """Let no byte reach the disk; names can still be made, as on one without free blocks."""
    real = os.write

    def refuse(*_arguments: object) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def write(descriptor: int, data: bytes) -> int:
        return real(descriptor, data) if descriptor <= 2 or not _is_file(descriptor) else refuse()  # not what is said

    patch.setattr(os, "fsync", refuse)
    patch.setattr(os, "write", write)


def _is_file(descriptor: int) -> bool:
    return os.readlink(f"/proc/self/fd/{descriptor}").startswith("/")  # noqa: PTH115 - a pipe has no path


def read_only(patch: pytest.MonkeyPatch) -> None:
    """Refuse every change of a folder, and every file that is opened to be written."""
    real = os.open

    def opened(path: Any, flags: int, *rest: Any, **options: Any) -> int:
        if flags & MAKES and os.fspath(path) != os.devnull:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), path)
        return real(path, flags, *rest, **options)

    def refuse(path: Any, *_rest: Any, dir_fd: int | None = None, **_options: Any) -> NoReturn:
        if dir_fd is None and not os.path.lexists(os.path.dirname(path) or "."):  # noqa: PTH120 - as the kernel does
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        if dir_fd is None and os.path.isdir(path):  # noqa: PTH112 - `mkdir` of what is there says so first
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path)
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), path)

    patch.setattr(os, "open", opened)
    for name in CHANGES:
        patch.setattr(os, name, refuse)
