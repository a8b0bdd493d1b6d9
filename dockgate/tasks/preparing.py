"""What the tasks of a stack have in common: the target's line, pinned images, secrets on RAM, the resolved model."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from dockgate import prepare

if TYPE_CHECKING:
    from dockgate.layering import ResolvedEnv
    from dockgate.prepare import Prepared
    from dockgate.target import Target
    from dockgate.tasks.framework import Session

UNRELEASED = "unreleased build"


def target(session: Session, env: str, instance: str) -> Target:
    """Return the target; its line says where a protected environment would run what nobody released."""
    return session.target(env, instance, lambda chosen: UNRELEASED if chosen.environment.protected else "")


def ready(session: Session, chosen: Target, profiles: tuple[str, ...], *, build: bool) -> tuple[Prepared, float]:
    """Return the stack ready to be created, and the seconds that building took."""
    from dockgate.images import build as images

    resolved = environment(session, chosen)
    started = time.monotonic()
    wanted = images.Wanted(given=resolved.plain(), profiles=(*chosen.environment.profiles, *profiles))
    built = images.ensure(session.project, chosen.endpoint, chosen.environment, wanted, session.say, build=build)
    seconds = time.monotonic() - started
    pins = {image.variable: image.ref for image in built}
    return prepare.prepare(session.project, chosen, resolved, pins, profiles=profiles), seconds


def foreseen(session: Session, chosen: Target, profiles: tuple[str, ...]) -> Prepared:
    """Return the stack as it would be prepared, without building an image or writing a secret."""
    from dockgate.images import build as images

    resolved = environment(session, chosen)
    wanted = images.Wanted(given=resolved.plain())
    seen = images.foresee(session.project, chosen.endpoint, chosen.environment, wanted)
    pins = {image.variable: image.ref for image in seen}
    return prepare.foresee(session.project, chosen, resolved, pins, profiles=profiles)


def environment(session: Session, chosen: Target) -> ResolvedEnv:
    """Return the resolved environment, and say which values came from the process environment."""
    resolved = prepare.environment(session.project, chosen.environment)
    if names := resolved.from_process():
        session.say(f"from the process environment: {', '.join(sorted(names))}")
    return resolved
