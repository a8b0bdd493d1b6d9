"""The task that brings a signed release to the nodes of an environment."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.tasks.framework import Session, command
from dockgate.tasks.stack import WAIT

if TYPE_CHECKING:
    from dockgate.core.plan import Plan
    from dockgate.core.target import Target
    from dockgate.env.release_pointer import Pointer
    from dockgate.stack.prepare import Prepared
    from dockgate.stack.runtimes.protocol import Runtime
    from dockgate.stack.up import UpResult


@command(
    help={
        "env": "environment that runs on several engines, such as prod",
        "version": "release to deploy (default: the promoted one); it becomes the promoted one when it is healthy",
        "reason": "why the release may skip an environment; recorded with it",
        "ship": "send missing image layers to every node, where no registry has the release",
        "timeout": "seconds that each service may take until it is healthy",
        "lock_wait": WAIT,
        "dry_run": "only show what would change, and why",
    }
)
def deploy(
    session: Session,
    *,
    env: str = "",
    version: str = "",
    reason: str = "",
    ship: bool = False,
    timeout: int = 120,
    lock_wait: int = 0,
    dry_run: bool = False,
) -> None:
    """Roll out a release to the nodes of a swarm; returns to the release before if a service fails."""
    from dockgate.stack import hooks, runtimes, up
    from dockgate.tasks import setup, unfinished

    target = setup.target(session, env, "")
    runtime = runtimes.of(session.project, target)
    runtimes.brought_up_by(runtime, "deploy", target)
    if dry_run:
        _choose(session, target, version, reason)
        ready = setup.preview(session, target, (), present=False)
        _, steps = up.plan(runtime, ready)
        _show_plan(session, runtime, ready, steps)
        return
    with unfinished.stack(session, target, f"deploy {version}".strip(), lock_wait):
        with unfinished.unchanged():
            pointer = _choose(session, target, version, reason)
            ready, _ = setup.ready(session, target, (), build=False, present=False)
            _, steps = up.plan(runtime, ready)
        for line in (*runtime.notes(ready), *map(str, steps.steps)):
            session.say(line)
        _supply(session, target, runtime, ship=ship)
        hooks.run(session.project, target, "before-up", {"DOCKGATE_VERSION": pointer.version}, session.say)
        bring_up = partial(_roll, session, runtime, ready, float(timeout))
        result = unfinished.brought_up(session, target, bring_up, whole=True, action="deploy")
        if not result.outcome.failed:
            _keep(session, target, pointer)
    _show(session, target, result, pointer)
    hooks.run(session.project, target, "after-up", {"DOCKGATE_VERSION": pointer.version}, session.say)


def _choose(session: Session, target: Target, version: str, reason: str) -> Pointer:
    """Return the pointer to the release, verified; a new one is only looked through, and written when it is healthy."""
    from dockgate.release.promotion import promote

    name = target.environment.name
    before = session.situation.pointer(name)
    if version and (before is None or before.version != version):
        pointer = promote.allowed(session.project, name, promote.verified(session.project, version, None), reason)
        session.look_again({name: pointer})
        return pointer
    if before is None:
        raise ConfigError(f"no release was promoted to {name}", fix=f"inv deploy --env={name} --version=VERSION")
    return before


def _supply(session: Session, target: Target, runtime: Runtime, *, ship: bool) -> None:
    """See that the nodes get the images: from their registry, else from here."""
    from dockgate.release.artifact import load
    from dockgate.release.engine_store import EngineStore
    from dockgate.release.promotion import promoted

    name = target.environment.name
    found = promoted.load(session.project, name, session.situation.pointer(name))
    if found is None or found.manifest.in_registry():
        return
    if ship:
        from dockgate.release import ship as shipping

        for line in map(str, shipping.ship(session.project, found.manifest, runtime.engines())):
            session.say(line)
    load.present(found.manifest, EngineStore(session.project, target.endpoint))


def _roll(session: Session, runtime: Runtime, ready: Prepared, timeout: float) -> UpResult:
    from msgspec.structs import replace

    from dockgate.release.promotion import promoted
    from dockgate.stack import up
    from dockgate.tasks import setup

    check = partial(promoted.answers, session.situation, ready.target)
    order = setup.order(session, (), timeout, fetch=False)
    return up.up(runtime, ready, replace(order, watch=runtime.watch, check=check))


def _keep(session: Session, target: Target, pointer: Pointer) -> None:
    """Point the environment at the release that runs there now."""
    from dockgate.env import release_pointer
    from dockgate.release.promotion import promote

    name = target.environment.name
    if release_pointer.read(session.project.root, name) != pointer:
        release_pointer.write(session.project.root, name, pointer)
        promote.record(session.project, name, pointer)
        session.say(f"{name} is promoted to {pointer.version}; next: commit {release_pointer.file(name)}")


def _show_plan(session: Session, runtime: Runtime, ready: Prepared, steps: Plan) -> None:
    notes = runtime.notes(ready)
    document = {
        "environment": ready.target.environment.name,
        "project": ready.target.project,
        "steps": [step.as_json() for step in steps.steps],
        "notes": list(notes),
    }
    session.show(document, "\n".join([*notes, str(steps) or "nothing to change"]))


def _show(session: Session, target: Target, result: UpResult, pointer: Pointer) -> None:
    from dockgate.stack import addresses

    failed = result.outcome.failed
    document = {**result.as_json(), "version": pointer.version}
    found = () if failed else addresses.addresses(result.containers, result.prepared.composition.model)
    session.show(document, lambda: addresses.lines(found))
    for failure in result.outcome.failures:
        session.say(str(failure))
    if failed:
        session.say(result.remains())
        names = ", ".join(dict.fromkeys(each.service for each in result.outcome.failures))
        raise ToolFailedError(
            f"{pointer.version} was not deployed, every service is as it was before: {names} failed",
            fix=f"inv logs {target.flags} shows more",
        )
    changed = "" if result.plan else "nothing to change; "
    session.say(f"{changed}{pointer.version} runs on {target.environment.name}, {result.seconds:.1f} s")


TASKS = (deploy,)
