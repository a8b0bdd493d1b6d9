"""Folders on RAM for what must never reach a disk in clear, safe from other users of the machine."""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError
from dockgate.core.readable import readable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

VARIABLE = "DOCKGATE_RUNTIME_DIR"
RAM = frozenset({"tmpfs", "ramfs"})
MOUNTS = Path("/proc/self/mountinfo")
TRIES = 10  # against another process that removes the folder in between
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
FOLDER_FLAGS = os.O_DIRECTORY | os.O_NOFOLLOW


def base(process: Mapping[str, str]) -> Path:
    """Return the RAM-backed folder to work below: `DOCKGATE_RUNTIME_DIR` if set, else the machine's own."""
    if given := process.get(VARIABLE):
        if problem := _problem(Path(given)):
            raise ConfigError(f"{VARIABLE}={given} {problem}", fix="name a folder on tmpfs, such as /dev/shm")
        return Path(given)
    for place in places():
        if not _problem(place):
            return place
    seen = "; ".join(f"{place} {_problem(place)}" for place in places())
    raise ConfigError(
        f"no RAM-backed folder for decrypted secrets: {seen}",
        fix=f"mount a tmpfs and set {VARIABLE} to it; decrypted secrets are never written to a disk",
    )


def places() -> tuple[Path, ...]:
    """Return where RAM is found on common systems.

    Root's own stays until the reboot; /run/user/0 would go when root logs out.
    """
    user = os.geteuid()
    first = Path(f"/run/user/{user}") if user else Path("/run")
    return (first, Path("/dev/shm"))  # noqa: S108 - owner, mode and links are checked below


def is_ram(path: Path) -> bool:
    """Return whether a folder is on tmpfs or ramfs, by the device that the kernel's mount table names."""
    device = path.stat().st_dev
    number = f"{os.major(device)}:{os.minor(device)}"
    try:
        lines = readable(MOUNTS.read_bytes()).splitlines()
    except OSError:
        return False
    mounts = ((line.split()[2], line.partition(" - ")[2].split(" ")[0]) for line in lines)
    return any(mounted == number and kind in RAM for mounted, kind in mounts)


def ours(path: Path) -> bool:
    """Return whether a folder is there that this user made, and only this user enters."""
    try:
        status = path.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o077


@contextmanager
def folder(path: Path, parent: int | None = None) -> Iterator[int]:
    """Open a folder of ours with mode 0700, made if missing; ConfigError if another user made it or can read it.

    With `parent`, `path` is a name in that open folder. What is yielded is a descriptor: no link can come between.
    """
    with suppress(FileExistsError):
        os.mkdir(path, 0o700, dir_fd=parent)
    descriptor = _opened(path, parent)
    try:
        status = os.fstat(descriptor)
        if status.st_uid != os.geteuid() or status.st_mode & 0o077:
            owner, mode = status.st_uid, stat.S_IMODE(status.st_mode)
            raise ConfigError(
                f"{path} belongs to user {owner} with mode {mode:04o}: others could read secrets there",
                fix=f"find out who created it, then remove it, or set {VARIABLE} to another RAM-backed folder",
            )
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def below(ours: Path, name: str) -> Iterator[int]:
    """Open the folder `name` in the folder `ours`, both as `folder` does, while others may be removing theirs."""
    for _ in range(TRIES):
        with folder(ours) as parent:
            try:
                os.mkdir(name, 0o700, dir_fd=parent)
            except FileExistsError:
                pass
            except FileNotFoundError:  # `ours` was the last one's, and is gone since it was opened
                continue
            with folder(Path(name), parent) as inner:
                yield inner
            return
    raise ConfigError(f"{ours} keeps disappearing", fix="run the command again")


def put(folder: int, name: str, data: bytes, mode: int = 0o600) -> None:
    """Write a file of an open folder, in place of what is there: the old one or the whole new one; OSError as it is."""
    temporary = f".{name}.{secrets.token_hex(4)}"
    try:
        with os.fdopen(os.open(temporary, NEW, mode, dir_fd=folder), "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(data)
        os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except OSError:
        with suppress(OSError):
            os.unlink(temporary, dir_fd=folder)
        raise


def _opened(path: Path, parent: int | None) -> int:
    try:
        return os.open(path, FOLDER_FLAGS, dir_fd=parent)
    except OSError as error:
        raise ConfigError(
            f"{path} is not owned by you, or not a folder: {error.strerror}",
            fix="find out who created it, then remove it",
        ) from error


def _problem(path: Path) -> str:
    """Return what keeps a folder from being a base, an empty string if nothing does."""
    try:
        status = path.stat()
    except OSError as error:
        return f"cannot be used: {error.strerror}"
    if not stat.S_ISDIR(status.st_mode) or not os.access(path, os.W_OK | os.X_OK):
        return "is not a folder that you can write to"
    if status.st_uid not in {0, os.geteuid()}:
        return "belongs to another user"
    if status.st_mode & 0o022 and not status.st_mode & stat.S_ISVTX:
        return "lets other users rename what is in it (no sticky bit)"
    return "" if is_ram(path) else "is not on RAM (tmpfs or ramfs)"
