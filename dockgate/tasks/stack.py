"""Tasks that start, stop and show a stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.tasks import confirm as consent
from dockgate.tasks.framework import Session, command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockgate.core.target import Target
    from dockgate.stack.runtimes.protocol import Holdings
    from dockgate.stack.up import UpResult

ENV = "environment to work on, such as dev"
INSTANCE = "name of another stack of the same environment, beside the first one"
PROFILE = "Compose profile to include, such as monitoring; repeatable"
WAIT = "seconds to wait for another process that has locked this stack"
SERVICE = "only this service and its dependencies; repeatable"


@command(
    iterable=("service", "profile", "trust_volume"),
    help={
        "env": ENV,
        "instance": INSTANCE,
        "service": SERVICE,
        "profile": PROFILE,
        "no_build": "build and pull nothing; fail if an image is missing",
        "timeout": "seconds to wait until every service is healthy",
        "lock_wait": WAIT,
        "dry_run": "only show what would change, as inv plan does",
        "trust_volume": "database whose volume has the new password already, changed by hand; repeatable",
    },
)
def up(
    session: Session,
    *,
    env: str = "",
    instance: str = "",
    service: Sequence[str] | None = None,
    profile: Sequence[str] | None = None,
    no_build: bool = False,
    timeout: int = 120,
    lock_wait: int = 0,
    dry_run: bool = False,
    trust_volume: Sequence[str] | None = None,
) -> None:
    """Build missing images, start the stack in order, and wait until every service is healthy."""
    from dockgate.tasks import setup

    target = setup.target(session, env, instance)
    if dry_run:
        _show_plan(session, target, tuple(service or ()), tuple(profile or ()))
        return
    from dockgate.stack import database_volumes, hooks, runtimes
    from dockgate.stack import up as work
    from dockgate.tasks import rotation, unfinished

    services = tuple(service or ())
    runtimes.brought_up_by(runtimes.of(session.project, target), "up", target)
    with unfinished.stack(session, target, "up", lock_wait):
        rotation.settle(session, target, services, lock_wait)
        with unfinished.unchanged():
            ready, built = setup.ready(session, target, tuple(profile or ()), build=not no_build)
            setup.hold_services(session, ready)
            kept = setup.databases(session, ready, services, tuple(trust_volume or ()))
        runtime = runtimes.of(session.project, target)
        order = setup.order(session, services, float(timeout), fetch=not no_build)
        hooks.run(session.project, target, "before-up", {}, session.say)
        result = unfinished.brought_up(session, target, lambda: work.up(runtime, ready, order), whole=not services)
        database_volumes.keep(session.project, ready, kept, result.outcome)
    _show_result(session, result, built)
    hooks.run(session.project, target, "after-up", {}, session.say)


def _show_result(session: Session, result: UpResult, built: float) -> None:
    from dockgate.stack import addresses

    failed, changed = result.outcome.failed, bool(result.plan) or result.outcome.changed
    found = () if failed else addresses.addresses(result.containers, result.prepared.composition.model)
    session.show(result.as_json(), lambda: addresses.lines(found))
    for failure in result.outcome.failures:
        session.say(str(failure))
    if failed:
        session.say(result.remains())
        states = ", ".join(f"{each.name} {each.outcome}" for each in result.outcome.services if each.name in failed)
        raise ToolFailedError(f"not every service became healthy: {states}", fix=_helps(session, result))
    build = f"build {built:.1f} s, " if built else ""
    session.say(f"{'' if changed else 'nothing to change; '}{build}start {result.seconds:.1f} s")


def _helps(session: Session, result: UpResult) -> str:
    """Return the commands that help after a failure: back to the release before, where there is one to go back to."""
    from dockgate.release.promotion import rollback

    target = result.prepared.target
    flags, name = target.flags, target.environment.name
    shown = f"inv logs {flags} shows the logs, inv status {flags} the state"
    pointer = session.situation.pointer(name)
    if pointer and pointer.history and not target.instance:
        running = frozenset(one.image for one in result.containers if one.running)
        instead = rollback.hindrance(session.project, name, pointer.history[0], running)
        return f"{instead or f'inv rollback --env={name} returns to {pointer.history[0]}'}; {shown}"
    served = any(result.serving(each) for each in result.outcome.failed)
    return f"{shown}; the next {target.up} goes on" if served else f"{shown}; inv down {flags} removes the stack"


@command(
    help={
        "env": ENV,
        "instance": INSTANCE,
        "volumes": "also remove the volumes and all data in them, after listing them",
        "yes": "do not ask for confirmation (a protected environment needs --confirm)",
        "confirm": "name of the environment, to confirm the removal of a protected one",
        "lock_wait": WAIT,
        "dry_run": "only show what would be removed",
    }
)
def down(
    session: Session,
    *,
    env: str = "",
    instance: str = "",
    volumes: bool = False,
    yes: bool = False,
    confirm: str = "",
    lock_wait: int = 0,
    dry_run: bool = False,
) -> None:
    """Stop and remove this stack; keeps its volumes unless --volumes is given."""
    from dockgate.stack import runtimes
    from dockgate.tasks import unfinished

    target = session.target(env, instance)
    with unfinished.stack(session, target, "down", lock_wait):
        runtime = runtimes.of(session.project, target)
        stack, begun = runtime.holdings(), unfinished.down(session, target)
        document = {"environment": env, "project": target.project}
        if not stack.exists and not (volumes and stack.volumes) and not begun:
            removed = runtime.remove(stack, runtime.plan_removal(stack, volumes=False))
            session.show({**document, "existed": False, **removed.as_json()}, _absent(target, stack))
            return
        steps = runtime.plan_removal(stack, volumes=volumes)
        if dry_run:
            session.show({**document, "existed": True, "steps": [step.as_json() for step in steps.steps]}, str(steps))
            return
        if volumes:
            session.say("\n  ".join(["these volumes will be removed, with all data in them:", *stack.volumes]))
        consent.ask_for(session, target.environment, yes=yes or not volumes, confirm=confirm)
        intent = stack.removal(begun, volumes=volumes)
        removed = unfinished.removed(session, target, intent, lambda: runtime.remove(stack, steps))
    text = f"removed {_count(removed.containers, 'container')}, {_count(removed.networks, 'network')}"
    text += f", volumes {', '.join(removed.volumes)}" if removed.volumes else ""
    session.show({**document, "existed": True, **removed.as_json()}, text)


def _absent(target: Target, stack: Holdings) -> str:
    kept = f"; its volumes stay: {', '.join(stack.volumes)}" if stack.volumes else ""
    return f"stack {target.project} does not exist{kept}"


def _count(names: Sequence[str], what: str) -> str:
    return f"{len(names)} {what}{'s' * (len(names) != 1)}"


@command(
    iterable=("profile",),
    help={
        "env": ENV,
        "instance": INSTANCE,
        "profile": PROFILE,
        "exit_code": "exit 10 if something would change",
    },
)
def plan(
    session: Session,
    *,
    env: str = "",
    instance: str = "",
    profile: Sequence[str] | None = None,
    exit_code: bool = False,
) -> None:
    """Show what `up` would create, recreate and start, and why."""
    target = session.target(env, instance)
    if _show_plan(session, target, (), tuple(profile or ())) and exit_code:
        raise SystemExit(10)


def _show_plan(session: Session, target: Target, services: tuple[str, ...], profiles: tuple[str, ...]) -> bool:
    from dockgate.release.promotion import gap
    from dockgate.stack import hooks, runtimes
    from dockgate.stack import up as work
    from dockgate.tasks import setup, unfinished

    unfinished.tell(session, target)
    runtime = runtimes.of(session.project, target)
    ready = setup.preview(session, target, profiles)
    setup.hold_services(session, ready)
    _, steps = work.plan(runtime, ready, services)
    setup.databases(session, ready, services)
    before, after = hooks.steps(session.project, "up")
    said = gap.announced(session.project, session.situation.pointer(target.environment.name), steps)
    document = {
        "environment": target.environment.name,
        "project": target.project,
        "steps": [step.as_json() for step in steps.steps],
        "hooks": [step.as_json() for step in (*before.steps, *after.steps)],
        **({"gap": said} if said else {}),
    }
    text = "\n".join(filter(None, [said, str(before), str(steps) or "nothing to change", str(after)]))
    session.show(document, text)
    return bool(steps)


@command(help={"env": ENV, "instance": INSTANCE, "profile": PROFILE}, iterable=("profile",))
def config(session: Session, *, env: str = "", instance: str = "", profile: Sequence[str] | None = None) -> None:
    """Print the resolved Compose model; values that look like secrets are masked."""
    import json

    from dockgate.detection import masking
    from dockgate.tasks import setup

    target = session.target(env, instance)
    ready = setup.preview(session, target, tuple(profile or ()))
    document = masking.document(ready.composition.model.raw, ready.resolved.secrets().values())
    if not isinstance(document, dict):
        raise ConfigError("Compose returned an empty model")
    session.show(document, lambda: json.dumps(document, indent=2, ensure_ascii=False), raw=True)


TASKS = (up, down, plan, config)
