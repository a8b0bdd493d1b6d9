"""Removes a stack from a swarm: services, networks, secrets and configs, and volumes if asked."""

from __future__ import annotations

import time
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING

from dockgate.core.errors import ToolFailedError
from dockgate.core.labels import ENVIRONMENT, INSTANCE, PROJECT
from dockgate.core.plan import Effect, Plan, Step
from dockgate.engine.api import RefusedError
from dockgate.engine.sdk_client import Engine
from dockgate.stack.runtimes.protocol import Holdings, Removed
from dockgate.stack.runtimes.swarm import desired, objects, records

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dockgate.core.endpoint import Endpoint
    from dockgate.core.target import Target
    from dockgate.engine.swarm import Swarm
    from dockgate.stack.runtimes.swarm.seen import Seen

PATIENCE = 60.0  # seconds; chosen: longer than a container may take to stop
LOOK = 0.3  # seconds between two looks; chosen: three requests a second
VOLUME = "volume, with all data in it"


def holdings(seen: Seen, target: Target, engines: Iterable[Endpoint]) -> Holdings:
    """Return what there is of a stack; volumes are asked of the nodes' engines."""
    owned = [f"{PROJECT}={target.name}", f"{ENVIRONMENT}={target.environment.name}", f"{INSTANCE}={target.instance}"]
    volumes = {each["Name"] for engine in engines for each in Engine(engine).volumes(owned)}
    return Holdings(seen.containers, tuple(sorted(seen.networks)), tuple(sorted(volumes)))


def plan(stack: Holdings, seen: Seen, *, volumes: bool) -> Plan:
    """Return what `remove` removes."""
    found = [("service", each.name) for each in seen.services] + [("network", name) for name in stack.networks]
    found += [(kind.removesuffix("s"), name) for kind, name in sorted(seen.contents)]
    found += [(VOLUME, name) for name in stack.volumes if volumes]
    return Plan(tuple(Step("remove", name, what, Effect.DESTROY) for what, name in found))


def remove(swarm: Swarm, target: Target, stack: Holdings, steps: Plan, engines: Sequence[Endpoint]) -> Removed:
    """Do what the plan says; ToolFailedError where something stays."""
    mine = f"{desired.NAMESPACE}={target.project}"
    for each in swarm.listed("services", mine):
        swarm.remove("services", str(each["ID"]))
    _gone(swarm, mine)
    for each in swarm.listed("networks", mine):
        _patiently(swarm, str(each["Id"]))
    for each in swarm.listed("secrets", mine):
        swarm.remove("secrets", str(each["ID"]))
    for each in swarm.listed("configs", mine):
        swarm.remove("configs", str(each["ID"]))
    records.forget(swarm, target.project)
    volumes = tuple(step.target for step in steps.steps if step.cause == VOLUME)
    for engine in engines if volumes else ():
        _volumes(Engine(engine), volumes)
    left = objects.look(swarm, target)
    if left.services or left.networks or left.contents:
        names = [each.name for each in left.services] + sorted(left.networks) + [name for _, name in left.contents]
        raise ToolFailedError(f"still present after down: {', '.join(names)}", fix="inv down again")
    return Removed(tuple(one.name for one in stack.containers), stack.networks, volumes)


def _gone(swarm: Swarm, mine: str) -> None:
    """Wait until no task is left, or only on nodes that do not answer: they end them when they are back."""
    end = time.monotonic() + PATIENCE
    while any(each["Status"]["State"] in {"running", "starting", "preparing"} for each in swarm.tasks(mine)):
        if time.monotonic() >= end:
            return
        time.sleep(LOOK)


def _patiently(swarm: Swarm, network: str) -> None:
    """Remove a network; containers leave it a moment after they ended."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            swarm.remove("networks", network)
        except RefusedError:
            if time.monotonic() >= end:
                raise
            time.sleep(LOOK)
        else:
            return


def _volumes(engine: Engine, names: Iterable[str]) -> None:
    end = time.monotonic() + PATIENCE
    for name in names:
        while True:
            try:
                with suppress(StopIteration):
                    engine.remove_volume(name)
                break
            except RefusedError as error:
                if error.status == HTTPStatus.NOT_FOUND:
                    break
                if time.monotonic() >= end:
                    raise
                time.sleep(LOOK)
