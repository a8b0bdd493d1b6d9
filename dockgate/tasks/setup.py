"""What the tasks of a stack have in common: the target's line, pinned images, secrets on RAM, the resolved model."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from msgspec.structs import replace

from dockgate.compose.resolve import Profiles
from dockgate.core.errors import ConfigError
from dockgate.core.labels import PROFILES
from dockgate.env import ports, provider_references
from dockgate.stack import prepare, runtimes
from dockgate.tasks import completion_index, preflight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dockgate.core.target import Target
    from dockgate.engine.containers import Container
    from dockgate.env.resolved import ResolvedEnv
    from dockgate.release.promotion.promoted import Promotion
    from dockgate.stack.database_volumes import Look
    from dockgate.stack.prepare import Prepared
    from dockgate.stack.runtimes.protocol import Order
    from dockgate.tasks.framework import Session

UNRELEASED = "unreleased build"


def target(session: Session, env: str, instance: str) -> Target:
    """Return the target; its line shows the release, or that it is an unreleased build."""
    return session.target(env, instance, lambda chosen: _note(session, chosen))


def _note(session: Session, chosen: Target) -> str:
    if pointer := session.situation.pointer(chosen.environment.name):
        return f"release {pointer.version}"
    return UNRELEASED if chosen.environment.protected else ""


def ready(
    session: Session, chosen: Target, profiles: tuple[str, ...], *, build: bool, present: bool = True
) -> tuple[Prepared, float]:
    """Return the stack ready to be created, and the seconds that building took; a release is not built.

    Without `present`, the images of a release need not be on the engine yet.
    """
    wanted_profiles = Profiles(profiles, standing(preflight.guard(session, chosen)))
    from dockgate.images import build as images
    from dockgate.release.artifact import layout_check

    resolved = environment(session, chosen)
    preflight.guard_fetched(session, chosen, resolved)
    started = time.monotonic()
    make = prepare.prepare if runtimes.of(session.project, chosen).traits.secret_files else prepare.preview
    if released := _released(session, chosen, present=present):
        layout_check.hold(session.project, released.manifest)
        made = make(session.situation, chosen, resolved, released.variables, profiles=wanted_profiles)
        return _said(session, made), 0.0
    wanted = images.Wanted(given=resolved.plain(), profiles=(*chosen.environment.profiles, *wanted_profiles.names))
    built = images.ensure(session.project, chosen.endpoint, chosen.environment, wanted, session.say, build=build)
    seconds = time.monotonic() - started
    if not all(image.cached for image in built):
        for row in images.budget(session.project, chosen.environment, built):
            session.say(f"budget {row}")
    pins = {image.variable: image.ref for image in built}
    made = make(session.situation, chosen, resolved, pins, profiles=wanted_profiles)
    return _said(session, made), seconds


def hold_services(session: Session, made: Prepared) -> None:
    """Raise ConfigError where every service is behind a profile and none is switched on: nothing would serve."""
    environment = made.target.environment
    profiles = sorted(frozenset().union(*session.situation.sources(environment).profiles.values()))
    if profiles and not made.composition.model.services:
        raise ConfigError(
            f"no service of {environment.name} is switched on: each is behind a profile",
            fix=f"--profile=NAME, or profiles = [...] in its table; there are: {', '.join(profiles)}",
        )


def warning(session: Session) -> Callable[[str], None]:
    """Return what shows a warning of Compose."""
    return lambda message: session.say(f"Compose warns: {message}")


def order(session: Session, services: tuple[str, ...], timeout: float, *, fetch: bool) -> Order:
    """Return how `up` runs its plan, with the board, and with what is fetched and warned of said."""
    from dockgate.stack.runtimes.protocol import Order
    from dockgate.stack.startup import board

    listener = board.listener(sys.stderr, session.project.process)
    return Order(services, timeout, listener, fetch=fetch, fetching=session.say, warn=warning(session))


def _said(session: Session, made: Prepared) -> Prepared:
    """Return a prepared stack, after what Compose warns of, and the variables that it takes for empty."""
    target, variables = made.target, session.situation.schema.variables
    completion_index.note(
        session.project, target.environment.name, made.composition.model.services, target.instance, variables
    )
    if target.instance and (stale := ports.named(session.situation.resolved(target.environment))):
        said = ", ".join(f"{name} ({port})" for name, port in sorted(stale.items()))
        session.say(f"an instance publishes on free ports, which these do not name: {said}; inv open shows its address")
    for each in made.composition.warnings:
        warning(session)(each)
    if made.composition.blank:
        session.say(f"{made.target.environment.name}: set nowhere, so empty: {', '.join(made.composition.blank)}")
    return made


def databases(
    session: Session, made: Prepared, services: tuple[str, ...] = (), trusted: tuple[str, ...] = ()
) -> tuple[Look, ...]:
    """Return the databases of a stack; ConfigError for one that has another password than it would be started with.

    None where several engines run it: which of them has the volume, the one that is asked does not know.
    """
    from dockgate.stack import database_volumes

    if runtimes.of(session.project, made.target).traits.nodes:
        return ()
    found = database_volumes.look(session.project, made, services)
    doubted = [each for each in found if each.database.service not in trusted]
    database_volumes.refuse(session.project, made, doubted, session.situation.containers(made.target))
    return found


def standing(containers: Iterable[Container]) -> tuple[str, ...]:
    """Return the profiles of which a stack has containers: they stay part of it until `down`."""
    named = {name for one in containers for name in one.labels.get(PROFILES, "").split(",")}
    return tuple(sorted(named - {""}))


def preview(
    session: Session, chosen: Target, profiles: tuple[str, ...], *, present: bool = True, fetched: bool = False
) -> Prepared:
    """Return the stack as it would be prepared, without building an image or writing a secret; `present` as above.

    Unless `fetched`, no provider is asked: what starts containers with it needs the values.
    """
    from dockgate.images import build as images

    wanted_profiles = Profiles(profiles, standing(session.situation.containers(chosen)))
    resolved = environment(session, chosen, fetched=fetched)
    if released := _released(session, chosen, present=present):
        made = prepare.preview(session.situation, chosen, resolved, released.variables, profiles=wanted_profiles)
        return _said(session, made)
    wanted = images.Wanted(given=resolved.plain())
    seen = images.preview(session.project, chosen.endpoint, chosen.environment, wanted)
    pins = {image.variable: image.ref for image in seen}
    return _said(session, prepare.preview(session.situation, chosen, resolved, pins, profiles=wanted_profiles))


def _released(session: Session, chosen: Target, *, present: bool) -> Promotion | None:
    """Return the promotion, verified, which is never built; None where there is none.

    Its images are on the engine, or, where the nodes of the runtime pull by themselves, in the registry that it names.
    """
    from dockgate.release.artifact import load
    from dockgate.release.promotion import promoted

    name = chosen.environment.name
    promotion = promoted.load(session.project, name, session.situation.pointer(name))
    if promotion is None:
        return None
    if runtimes.of(session.project, chosen).traits.pulls and (pulled := promotion.manifest.in_registry()):
        return replace(promotion, variables={**promotion.variables, **pulled})
    if present:
        from dockgate.release.engine_store import EngineStore

        load.present(promotion.manifest, EngineStore(session.project, chosen.endpoint))
    return promotion


def environment(session: Session, chosen: Target, *, fetched: bool = True) -> ResolvedEnv:
    """Return the resolved environment, and say where its values are not from the files, and what was not `fetched`."""
    resolved = prepare.environment(session.situation, chosen.environment, fetched=fetched)
    tell_sources(session, resolved)
    if not fetched and (left := provider_references.of(resolved)):
        said = ", ".join(f"{name} ({provider_references.shown(each.reveal())})" for name, each in left.items())
        session.say(f"{resolved.environment}: from providers, not asked for now: {said}")
    return resolved


def tell_sources(session: Session, resolved: ResolvedEnv) -> None:
    """Print what the shell sets, and what is set but not used because a release decides it."""
    if not resolved.schema.declared:
        session.say(f"no {resolved.schema.path}: names, types and required values are not checked")
    pointer = session.situation.pointer(resolved.environment)
    decided = pointer.variables() if pointer else {}
    if names := sorted({*resolved.from_process()} - {*decided}):
        session.say(f"{resolved.environment}: from your shell: {', '.join(names)}")
    if pointer and (unused := resolved.overruled(decided)):
        said = ", ".join(sorted(f"{each.name} ({each.origin})" for each in unused))
        session.say(f"{resolved.environment}: set but not used, because release {pointer.version} decides: {said}")
