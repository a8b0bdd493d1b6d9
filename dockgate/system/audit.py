"""The audit log: one JSON line for each action that changed a stack or a release; only ever appended to."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dockgate.system import locks, regular_file, state_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dockgate.core.project import Project

FILE = "audit.jsonl"
LONGEST = 2**20  # bytes of one line


def path(project: Project) -> Path:
    """Return where the log is."""
    return project.state / FILE


def record(project: Project, action: str, result: str, **facts: str | float) -> None:
    """Append one line: when, who, where, what, how it ended and the facts of the action. Never a secret."""
    line = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "user": locks.owner(project),
        "host": socket.gethostname(),
        "action": action,
        "result": result,
        **facts,
    }
    state_folder.make(project.state)
    descriptor = os.open(path(project), os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        _end_line(path(project), descriptor)
        os.write(descriptor, (json.dumps(line, ensure_ascii=False) + "\n").encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _end_line(file: Path, descriptor: int) -> None:
    """Close a line that a full disk or a crash cut off, so that the next one stands by itself."""
    size = os.fstat(descriptor).st_size
    if size:
        with regular_file.opened(file) as log:
            log.seek(size - 1)
            if log.read() != b"\n":
                os.write(descriptor, b"\n")


def lines(project: Project) -> Iterator[dict[str, Any]]:
    """Yield the log from its beginning; a line that was cut off is left out."""
    try:
        log = regular_file.opened(path(project))
    except FileNotFoundError:
        return
    with log:
        while line := log.readline(LONGEST):
            try:
                entry = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(entry, dict):
                yield entry
