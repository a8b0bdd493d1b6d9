"""What an earlier command began and did not finish: the next one says so, and completes it or takes it back."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from dockgate.core.errors import DockgateError
from dockgate.tasks import continuation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dockgate.core.target import Target
    from dockgate.stack.runtimes.protocol import Removed
    from dockgate.stack.up import UpResult
    from dockgate.system.locks import Lock
    from dockgate.system.marks import Mark
    from dockgate.tasks.framework import Session

# What brings a stack into one known state, so that what was begun on it before does not matter any more.
STACK = ("up", "deploy", "down", "restart")


@contextmanager
def stack(session: Session, target: Target, message: str, wait: int) -> Iterator[None]:
    """Hold the lock of a stack; what is unfinished there is said first, and a release pointer is settled."""
    from dockgate.release.promotion import recovery
    from dockgate.stack import runtimes
    from dockgate.system import locks, marks

    runtime = runtimes.of(session.project, target)
    with (
        locks.held(session.project, target.lock, message, float(wait)) as lock,
        runtime.exclusive(message, float(wait), session.say),
    ):
        _tell(session, target, marks.left(session.project, target.lock))
        killed(session, lock)
        if done := recovery.settle(session.project, target.environment.name):
            session.say("\n".join(done))
            session.look_again()
        yield


@contextmanager
def unchanged() -> Iterator[None]:
    """Say of an error that nothing was changed when it came up; its exit code stays its own."""
    try:
        yield
    except DockgateError as error:
        error.add(" (nothing was changed)")
        raise


def tell(session: Session, target: Target) -> None:
    """Say what was begun on a stack and its environment and not finished, for tasks that change nothing."""
    from dockgate.env import release_pointer
    from dockgate.system import marks

    environment = target.environment
    for subject in (target.lock, environment.secrets, release_pointer.file(environment.name)):
        _tell(session, target, marks.left(session.project, subject))


def _tell(session: Session, target: Target, found: Iterable[Mark]) -> None:
    for mark in found:
        session.say(f"{mark}\n  → {_fix(session, mark, target)}")


def killed(session: Session, lock: Lock) -> None:
    """Say who left a lock behind without a mark: killed between two changes, or at work in another checkout."""
    from dockgate.system import marks

    if lock.stale and not any(mark.by.pid == lock.stale.pid for mark in marks.left(session.project)):
        session.say(f"an earlier command was killed; it left no mark of an unfinished change here: {lock.stale}")


def _fix(session: Session, mark: Mark, target: Target) -> str:
    from dockgate.stack import runtimes

    up = runtimes.of(session.project, target).traits.command
    return continuation.command(mark, target.flags, target.environment.name, up)


def down(session: Session, target: Target) -> Removed | None:
    """Return what a `down` that was killed was going to remove, None where there was none."""
    from dockgate.stack.runtimes.protocol import Removed
    from dockgate.system import marks

    mark = marks.one(session.project, target.lock, "down")
    return cast("Removed", marks.facts(mark, Removed)) if mark else None


def brought_up(
    session: Session, target: Target, bring_up: Callable[[], UpResult], *, whole: bool, action: str = "up"
) -> UpResult:
    """Bring a stack up under a mark, with its line in the audit log; a whole one settles what was begun before."""
    from dockgate.release.promotion import promoted
    from dockgate.system import marks

    with marks.marked(session.project, target.lock, action, f"{action} {target.flags}"):
        result = promoted.recorded(session.situation, target, bring_up)
    if whole and not result.outcome.failed:
        marks.clear(session.project, target.lock, *STACK)
    return result


def removed(session: Session, target: Target, intent: Removed, remove: Callable[[], Removed]) -> Removed:
    """Remove a stack under a mark, with its line in the audit log; return what this and a killed attempt removed."""
    from dockgate.system import audit, marks

    project, lost = session.project, ", ".join(intent.volumes)
    place = {"environment": target.environment.name, "instance": target.instance}
    with marks.marked(project, target.lock, "down", f"down {target.flags}", **intent.as_json()):
        done = intent.with_secrets(remove().secrets)
        audit.record(project, "down", "done", **place, volumes=lost)
    marks.clear(project, target.lock, *STACK, *(("rotate",) if lost else ()))
    return done
