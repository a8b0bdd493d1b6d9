"""Marks: what a command is about to change, written before its first step and removed after its last.

A mark that is there belongs to a command that is running, or to one that was killed: the lock of what it names tells
which. The next command says what it found, and completes it or goes back.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.system import locks, regular_file, state_folder
from dockgate.system.locks import Holder  # noqa: TC001 - the decoder reads the types of fields

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dockgate.core.project import Project

FOLDER = "marks"


class Mark(Struct, frozen=True):
    """An action on a subject (a stack, a store, a pointer), who began it, and what is needed to complete it.

    No value of a secret is ever in it.
    """

    action: str
    subject: str
    by: Holder
    facts: dict[str, Any]

    def __str__(self) -> str:
        """Return the action and who began it."""
        return f"`{self.by.message}`, begun {self.by.since} by {self.by.owner} (pid {self.by.pid}), was not finished"


@contextmanager
def marked(project: Project, subject: str, action: str, message: str, **facts: object) -> Iterator[None]:
    """Mark an action while it is worked on; where that is broken off, by an error too, the mark stays.

    Who has put everything back, and says so, calls `clear`.
    """
    mark = Mark(action, subject, locks.me(project, message), facts)
    # Not msgspec's own encoder: the path of a checkout need not be Unicode.
    state_folder.save(_path(project, subject, action), json.dumps(msgspec.to_builtins(mark)).encode())
    yield
    clear(project, subject, action)


def clear(project: Project, subject: str, *actions: str) -> None:
    """Remove the marks of these actions, where there are any."""
    for action in actions:
        _path(project, subject, action).unlink(missing_ok=True)


def left(project: Project, subject: str = "") -> tuple[Mark, ...]:
    """Return the marks on a subject (empty: on any), the oldest first."""
    found = [_read(path) for path in sorted((project.state / FOLDER).glob("*.json"))]
    there = [mark for mark in found if mark and subject in {"", mark.subject}]
    return tuple(sorted(there, key=lambda mark: mark.by.since))


def one(project: Project, subject: str, action: str) -> Mark | None:
    """Return the mark of an action, None where there is none."""
    return _read(_path(project, subject, action))


def _read(path: Path) -> Mark | None:
    try:
        return msgspec.convert(json.loads(regular_file.read(path)), Mark)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError, msgspec.MsgspecError) as error:
        fix = f"rm {path}; then look at what it was about: inv status"
        raise ConfigError(
            f"is not a mark of an unfinished command: {error}", where=Location(str(path)), fix=fix
        ) from error


def facts(mark: Mark, kind: type[Any]) -> Any:
    """Return the facts of a mark as `kind`; ConfigError where they are not."""
    try:
        return msgspec.convert(mark.facts, kind)
    except msgspec.MsgspecError as error:
        fix = "remove it from .dockgate/marks; then look at what it was about: inv status"
        raise ConfigError(f"the mark of `{mark.by.message}` is damaged: {error}", fix=fix) from error


def _path(project: Project, subject: str, action: str) -> Path:
    digest = hashlib.sha256(os.fsencode(subject)).hexdigest()[:12]
    return project.state / FOLDER / f"{action}-{digest}.json"
