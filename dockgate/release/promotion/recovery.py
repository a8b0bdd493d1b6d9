"""What a promotion or a rollback that was killed left: the next command completes the one, and takes back the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.env import release_pointer
from dockgate.env.release_pointer import Pointer  # noqa: TC001 - the decoder reads the types of fields
from dockgate.system import marks

if TYPE_CHECKING:
    from dockgate.core.project import Project
    from dockgate.system.marks import Mark


class Promotion(Struct, frozen=True):
    """The pointer that a promotion was going to write."""

    after: Pointer


class Rollback(Struct, frozen=True):
    """The pointers before a rollback and after it."""

    before: Pointer
    after: Pointer


def settle(project: Project, environment: str) -> tuple[str, ...]:
    """Settle what is marked on the pointer of an environment; return what was found and done, a line each.

    A promotion is complete when its pointer is written. A rollback is not: whether the older release comes up decides.
    """
    file = release_pointer.file(environment)
    said = []
    for mark in marks.left(project, file):
        done = _promotion if mark.action == "promote" else _rollback
        said.append(f"{mark}: {done(project, environment, mark)}")
        marks.clear(project, file, mark.action)
    return tuple(said)


def _promotion(project: Project, environment: str, mark: Mark) -> str:
    intent: Promotion = marks.facts(mark, Promotion)
    if release_pointer.read(project.root, environment) != intent.after:
        return "it had changed nothing"
    from dockgate.release.promotion import promote  # noqa: PLC0415 - verification, which no other `up` needs here

    promote.record(project, environment, intent.after)
    return f"{intent.after.version} is promoted, which is now in the audit log"


def _rollback(project: Project, environment: str, mark: Mark) -> str:
    intent: Rollback = marks.facts(mark, Rollback)
    if release_pointer.read(project.root, environment) != intent.after:
        return f"{release_pointer.file(environment)} is as it was before"
    release_pointer.write(project.root, environment, intent.before)
    return (
        f"{release_pointer.file(environment)} names {intent.before.version} again; "
        f"inv rollback --env={environment} --to={intent.after.version} repeats it"
    )
