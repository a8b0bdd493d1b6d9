"""Runs a plan: Compose does the steps that create, recreate and remove, and the start-up those that start."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dockgate.compose import resolve, warned
from dockgate.engine import containers as engine_containers
from dockgate.stack.runtimes.compose import changes, doubles, mount_folders, remaining, staged, stages
from dockgate.stack.startup import drive
from dockgate.stack.startup.pending import Part
from dockgate.system import process

if TYPE_CHECKING:
    from dockgate.core.plan import Command, Plan
    from dockgate.core.project import Project
    from dockgate.engine.containers import Container
    from dockgate.stack.prepare import Prepared
    from dockgate.stack.runtimes.protocol import Observed, Order
    from dockgate.stack.startup.outcome import Outcome
    from dockgate.system.process import Result

CREATE = ("up", "--no-start", "--no-build", "--pull", "never", "--quiet-pull")


def run(project: Project, prepared: Prepared, observed: Observed, plan: Plan, order: Order) -> Outcome:
    """Run the plan; `order.timeout` in seconds is for the start."""
    target, model = prepared.target, prepared.composition.model
    wire, part = engine_containers.connect(target.endpoint), Part(order.services)
    _make_folders(prepared, order)
    if unsupported := model.unsupported():
        if not changes.creates(plan):
            _do(commands(project, prepared, observed, plan, order.services), prepared, order)
        _compose_up(prepared, order, unsupported)
        ran = [one.id for one in observed.containers if one.running]
        ended = drive.verify(model, wire, part=part, timeout=order.timeout, listener=order.listener, ran=ran)
        return _judged(ended, prepared, observed, plan, order)
    if stages.serving(observed.containers, plan) and not doubles.tied(model):
        return staged.Change(project, prepared, observed, plan, order).run()
    todo = commands(project, prepared, observed, plan, order.services)
    _do(todo, prepared, order)
    listed: tuple[Container, ...] | None = None if todo else observed.containers
    ended = drive.start(model, wire, part=part, timeout=order.timeout, listener=order.listener, listed=listed)
    return _judged(ended, prepared, observed, plan, order)


def _judged(ended: Outcome, prepared: Prepared, observed: Observed, plan: Plan, order: Order) -> Outcome:
    """Compare what runs once more: that a container is healthy does not say that it is the one asked for."""
    model = prepared.composition.model
    touched = stages.owners(model, observed.containers, plan)
    return remaining.judged(ended, model, touched, order.services)


def commands(
    project: Project, prepared: Prepared, observed: Observed, plan: Plan, services: tuple[str, ...]
) -> tuple[Command, ...]:
    """Return what Compose is to do before the start; nothing where every step is a start."""
    composition, target = prepared.composition, prepared.target
    if changes.creates(plan):
        forced = changes.stranded(composition.model, observed.containers, plan)
        again = composition.command(*CREATE, "--no-deps", "--force-recreate", *forced)
        return (*((again,) if forced else ()), composition.command(*CREATE, "--remove-orphans", *services))
    stopped = changes.restarted(observed.containers, plan)
    return (resolve.by_name(project, target, "stop", *stopped),) if stopped else ()


def _make_folders(prepared: Prepared, order: Order) -> None:
    """Make the folders that only this machine's engine would make, as root's."""
    if not prepared.target.endpoint.local:
        return
    for each in mount_folders.make(prepared.composition.model.raw, Path(prepared.target.root)):
        if order.fetching:
            order.fetching(f"made the folder {each}, which a service mounts")


def _do(todo: tuple[Command, ...], prepared: Prepared, order: Order) -> None:
    for command in todo:
        _warn(process.run(command), prepared, order)


def _warn(result: Result, prepared: Prepared, order: Order) -> None:
    """Say what Compose warned of, but for what it had said of the files already."""
    if order.warn is None:
        return
    for each in warned.messages(process.said(result.stderr, prepared.composition.secrets)):
        if each not in prepared.composition.warnings:
            order.warn(each)


def _compose_up(prepared: Prepared, order: Order, unsupported: tuple[str, ...]) -> None:
    """Let Compose start what only Compose can; health is verified afterwards all the same."""
    words = ("up", "--detach", "--wait", "--wait-timeout", str(int(order.timeout)), "--no-build", "--pull", "never")
    wanted = (*words, "--remove-orphans", *order.services)
    command = prepared.composition.command(*wanted, timeout=order.timeout + 30.0)
    result = process.run(command, check=False)
    _warn(result, prepared, order)
    if result.code != 0 and not engine_containers.containers(prepared.target.endpoint, prepared.target.project):
        failure = process.failed(command, result)
        failure.what += f" (started by Compose because of {', '.join(unsupported)})"
        raise failure
