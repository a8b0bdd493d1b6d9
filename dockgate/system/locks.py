"""The stack lock: one change at a time on a stack, across processes and checkouts of this machine."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import pwd
import re
import socket
import stat
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from dockgate.core import terminal
from dockgate.core.errors import ConfigError, LockedError
from dockgate.system import atomic_file, lock_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from dockgate.core.project import Project

PRIVATE = 0o600  # of its user alone: it holds a command's words
INTERVAL = 0.1  # seconds between two tries; a person does not feel it

_ours: set[Path] = set()


class Holder(Struct, frozen=True):
    """Who holds a lock: user, host, process, since when (ISO 8601, UTC), for what, from which checkout."""

    owner: str
    host: str
    pid: int
    since: str
    message: str
    checkout: str

    def __str__(self) -> str:
        """Return the holder in one line."""
        where = f"{self.owner}@{self.host} (pid {self.pid}, {self.checkout})"
        return terminal.word(f"{where} since {self.since}: {self.message}")


class State(StrEnum):
    """What a lock file and the kernel say together."""

    FREE = "free"
    HELD = "held"
    STALE = "stale"
    INHERITED = "inherited"


class HeldError(LockedError):
    """Another process holds the lock; `holder` is None until it has written its name."""

    def __init__(self, name: str, holder: Holder | None, state: State) -> None:
        """Say who, since when and for what."""
        by = holder or "a process that has not written its name yet"
        gone = ", which has ended; a process that it started still runs" if state is State.INHERITED else ""
        super().__init__(f"{name} is locked by {by}{gone}", fix="wait for it with --lock-wait=SECONDS")
        self.holder = holder

    def as_json(self) -> Mapping[str, object]:
        """Return the error with its holder."""
        return {**super().as_json(), "holder": asdict(self.holder) if self.holder else None}


class Lock(Struct, frozen=True):
    """A lock that is ours; `stale` is who left it behind without releasing it: their work may be half done."""

    path: Path
    holder: Holder
    stale: Holder | None


def judge(holder: Holder | None, *, locked: bool, alive: bool) -> State:
    """Decide what a lock is: the kernel's lock counts, the name in the file only explains it."""
    if locked:
        return State.HELD if alive or holder is None else State.INHERITED
    return State.FREE if holder is None else State.STALE


@contextmanager
def held(project: Project, name: str, message: str, wait: float = 0.0, folder: Path | None = None) -> Iterator[Lock]:
    """Hold the lock `name` (`Target.lock` for a stack); HeldError when `wait` seconds were not enough.

    The kernel releases it when the process ends, however it ends. Held again by the same process, it is the same lock.
    """
    path = (folder or lock_folder.find(project)) / _file(name)
    holder = me(project, message)
    if path in _ours:
        yield Lock(path, holder, None)
        return
    descriptor = _open(path)
    try:
        _acquire(descriptor, name, wait)
        lock = Lock(path, holder, _read(descriptor))
        with suppress(OSError):  # no room for the name: the kernel holds the lock all the same
            _write(descriptor, json.dumps(asdict(holder)))
        _ours.add(path)
        try:
            yield lock
        finally:
            _ours.discard(path)
            _write(descriptor, "")
    finally:
        os.close(descriptor)


def inspect(project: Project, name: str, folder: Path | None = None) -> tuple[State, Holder | None]:
    """Return what a lock is now and who it names, without taking it."""
    path = (folder or lock_folder.find(project)) / _file(name)
    if not path.exists():
        return State.FREE, None
    descriptor = _open(path)
    try:
        locked = not _try(descriptor)
        holder = _read(descriptor)
        return judge(holder, locked=locked, alive=_alive(holder)), holder
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, name: str, wait: float) -> None:
    end = time.monotonic() + wait
    while not _try(descriptor):
        if time.monotonic() >= end:
            holder = _read(descriptor)
            raise HeldError(name, holder, judge(holder, locked=True, alive=_alive(holder)))
        time.sleep(INTERVAL)


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _file(name: str) -> str:
    """Return the file of a lock: readable, and of this machine, since homes may be on a file server."""
    digest = hashlib.sha256(os.fsencode(f"{socket.gethostname()} {name}")).hexdigest()[:8]
    return f"dockgate-{re.sub('[^a-z0-9]+', '-', name.lower())[:80].strip('-')}-{digest}.lock"


def _open(path: Path) -> int:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, PRIVATE)
    except OSError as error:
        if error.errno in atomic_file.FULL:
            raise atomic_file.refused(path, error) from error
        raise ConfigError(f"the lock {path} cannot be opened: {error.strerror}") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise ConfigError(f"the lock {path} is not a file", fix="remove it: Dockgate did not create it")
    return descriptor


def _read(descriptor: int) -> Holder | None:
    try:
        return msgspec.json.decode(os.pread(descriptor, os.fstat(descriptor).st_size, 0), type=Holder)
    except msgspec.MsgspecError:  # empty, or cut off by a full disk
        return None


def _write(descriptor: int, text: str) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, text.encode(), 0)


def me(project: Project, message: str) -> Holder:
    """Return this process as the holder of a lock or the one who set a mark."""
    since = datetime.now(UTC).isoformat(timespec="seconds")
    return Holder(owner(project), socket.gethostname(), os.getpid(), since, message, str(project.root))


def owner(project: Project) -> str:
    """Return who runs this: the user, behind sudo too."""
    process = project.process
    return process.get("SUDO_USER") or process.get("USER") or _user()


def _user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a user id without a name, as in many containers
        return f"uid {os.getuid()}"


def _alive(holder: Holder | None) -> bool:
    if holder is None or holder.host != socket.gethostname():
        return holder is not None
    try:
        os.kill(holder.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
