"""Removes exactly one stack; its volumes only when asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.compose import resolve
from dockgate.core.errors import ToolFailedError
from dockgate.core.plan import Effect, Plan, Step
from dockgate.engine import containers as engine_containers
from dockgate.engine import volumes as engine_volumes
from dockgate.engine.sdk_client import Engine
from dockgate.secrets import runtime_files
from dockgate.stack import ownership
from dockgate.stack.runtimes.protocol import Holdings, Removed
from dockgate.system import process

if TYPE_CHECKING:
    from dockgate.core.project import Project
    from dockgate.core.target import Target

CONTAINER, NETWORK, VOLUME = "container", "network", "volume, with all data in it"


def look(target: Target) -> Holdings:
    """Return what there is of the stack; ConfigError when it is another checkout's."""
    engine = Engine(target.endpoint)
    label = [f"{engine_containers.PROJECT}={target.project}"]
    containers = engine_containers.containers(target.endpoint, target.project)
    ownership.check(target, containers)
    networks = tuple(sorted(network["Name"] for network in engine.networks(label)))
    wire = engine_containers.connect(target.endpoint)
    own = engine_volumes.anonymous(wire, (one.id for one in containers))
    named = (str(volume["Name"]) for volume in engine.volumes(label))
    return Holdings(containers, networks, tuple(sorted({*named, *own})))


def plan(stack: Holdings, *, volumes: bool) -> Plan:
    """Return what `remove` removes of the stack; pure."""
    found = [(CONTAINER, each.name) for each in stack.containers] + [(NETWORK, each) for each in stack.networks]
    found += [(VOLUME, each) for each in stack.volumes if volumes]
    return Plan(tuple(Step("remove", name, what, Effect.DESTROY) for what, name in found))


def remove(project: Project, target: Target, stack: Holdings, steps: Plan) -> Removed:
    """Do what the plan says of the stack that `look` found; ToolFailedError when something of it stays."""
    volumes = tuple(step.target for step in steps.steps if step.cause == VOLUME)
    if stack.exists:
        # With `--volumes`, what a container has to itself goes with it: a kill leaves none that nothing names.
        words = ("down", "--remove-orphans", *(("--volumes",) if volumes else ()))
        process.run(resolve.by_name(project, target, *words, timeout=180.0))
    engine, rest = Engine(target.endpoint), look(target)
    for network in rest.networks:
        engine.remove_network(network)
    for volume in (each for each in volumes if each in rest.volumes):
        engine.remove_volume(volume)
    secrets = runtime_files.remove(project, target)
    left = look(target)
    if left.exists:
        stuck = ", ".join((*(container.name for container in left.containers), *left.networks))
        raise ToolFailedError(
            f"still present after down: {stuck}", fix="docker rm --force removes a container that hangs"
        )
    names = tuple(container.name for container in stack.containers)
    return Removed(names, stack.networks, volumes, secrets)
