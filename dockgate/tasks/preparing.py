"""What the tasks of a stack have in common: the target's line, pinned images, secrets on RAM, the resolved model."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from dockgate import observe, ownership, prepare

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.layering import ResolvedEnv
    from dockgate.prepare import Prepared
    from dockgate.target import Target
    from dockgate.tasks.framework import Session

UNRELEASED = "unreleased build"


def target(session: Session, env: str, instance: str) -> Target:
    """Return the target; its line says which release runs there, or that nobody released what would."""
    return session.target(env, instance, lambda chosen: _note(session, chosen))


def _note(session: Session, chosen: Target) -> str:
    from dockgate.release import pointers

    if pointer := pointers.read(session.project.root, chosen.environment.name):
        return f"release {pointer.version}"
    return UNRELEASED if chosen.environment.protected else ""


def ready(session: Session, chosen: Target, profiles: tuple[str, ...], *, build: bool) -> tuple[Prepared, float]:
    """Return the stack ready to be created, and the seconds that building took; a release is not built."""
    from dockgate.images import build as images

    ownership.check(chosen, observe.containers(chosen.endpoint, chosen.project))
    resolved = environment(session, chosen)
    guard(session, chosen)
    started = time.monotonic()
    if released := _released(session, chosen):
        return prepare.prepare(session.project, chosen, resolved, released, profiles=profiles), 0.0
    wanted = images.Wanted(given=resolved.plain(), profiles=(*chosen.environment.profiles, *profiles))
    built = images.ensure(session.project, chosen.endpoint, chosen.environment, wanted, session.say, build=build)
    seconds = time.monotonic() - started
    if not all(image.cached for image in built):
        for row in images.budget(session.project, chosen.environment, built):
            session.say(f"budget {row}")
    pins = {image.variable: image.ref for image in built}
    return prepare.prepare(session.project, chosen, resolved, pins, profiles=profiles), seconds


def guard(session: Session, chosen: Target) -> None:
    """Hold the environment to every rule before anything is built or started; FindingsError where one blocks."""
    from dockgate.findings import Severity, blocking
    from dockgate.guardrails import whole

    report = whole.run(session.project, (chosen.environment,), chosen.endpoint)
    for exemption in report.exemptions:
        session.say(str(exemption))
    if report.blocked:
        session.say("\n".join(map(str, blocking(report.findings))))
    elif warnings := sum(each.severity is Severity.WARNING for each in report.findings):
        session.say(f"guard: {warnings} warnings; inv guard --env={chosen.environment.name} shows them")
    report.refuse()


def foreseen(session: Session, chosen: Target, profiles: tuple[str, ...]) -> Prepared:
    """Return the stack as it would be prepared, without building an image or writing a secret."""
    from dockgate.images import build as images

    resolved = environment(session, chosen)
    if released := _released(session, chosen):
        return prepare.foresee(session.project, chosen, resolved, released, profiles=profiles)
    wanted = images.Wanted(given=resolved.plain())
    seen = images.foresee(session.project, chosen.endpoint, chosen.environment, wanted)
    pins = {image.variable: image.ref for image in seen}
    return prepare.foresee(session.project, chosen, resolved, pins, profiles=profiles)


def _released(session: Session, chosen: Target) -> Mapping[str, str]:
    """Return the verified pins of the promoted release, which is never built or pulled; none without a promotion."""
    from dockgate.release import promoted

    promotion = promoted.load(session.project, chosen.environment.name)
    if promotion is None:
        return {}
    from dockgate.release.enginestore import EngineStore

    promoted.present(promotion.manifest, EngineStore(session.project, chosen.endpoint))
    return promotion.variables


def environment(session: Session, chosen: Target) -> ResolvedEnv:
    """Return the resolved environment, and say which values came from the process environment."""
    resolved = prepare.environment(session.project, chosen.environment)
    if names := resolved.from_process():
        session.say(f"from the process environment: {', '.join(sorted(names))}")
    return resolved
