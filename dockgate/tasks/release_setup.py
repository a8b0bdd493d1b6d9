"""What the tasks of releases have in common: the engine that images are built on, the work, and what is shown of it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockgate.core.target import Target
    from dockgate.release.engine_store import EngineStore
    from dockgate.release.pipeline.journal import Done, ReleaseStep
    from dockgate.release.pipeline.work import EngineWork
    from dockgate.release.promotion.rollback import RollbackResult
    from dockgate.tasks.framework import Session


def stage(session: Session) -> tuple[Target, EngineStore]:
    """Print the target that releases are built for, and return it with the images of its engine."""
    from dockgate.release import settings
    from dockgate.release.engine_store import EngineStore

    target = session.target(settings.load(session.project).environment)
    return target, EngineStore(session.project, target.endpoint)


def store(session: Session, target: Target) -> EngineStore | None:
    """Return the images of a target's engine; None where several engines run it: a deployment looks at each of them."""
    from dockgate.release.engine_store import EngineStore
    from dockgate.stack import runtimes

    several = runtimes.of(session.project, target).traits.nodes
    return None if several else EngineStore(session.project, target.endpoint)


def work(session: Session, target: Target) -> EngineWork:
    """Return what does the steps of a release on the engine of `target`."""
    from dockgate.release.pipeline.work import EngineWork
    from dockgate.scan import known_secrets
    from dockgate.stack.startup import board

    return EngineWork(
        session.project,
        target,
        known_secrets.sought(session.project),
        session.say,
        lambda: board.listener(sys.stderr, session.project.process),
    )


def teller(session: Session) -> Callable[[ReleaseStep, Done | None], None]:
    """Return what prints each step as it begins and as it ends."""

    def tell(stage: ReleaseStep, done: Done | None) -> None:
        if done is None:
            session.say(f"{stage.name}: {stage.what}")
        else:
            session.say(f"{stage.name}: {done.outcome} ({done.seconds:.1f} s)")

    return tell


def show_rollback(session: Session, result: RollbackResult) -> None:
    """Show from which release to which one an environment went."""
    from dockgate.env import release_pointer

    file = release_pointer.file(result.environment)
    said = f"rolled {result.environment} back from {result.left} to {result.version}; next: commit {file}"
    session.show(result.as_json(), said)
