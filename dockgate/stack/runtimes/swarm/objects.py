"""The stack's objects on its swarm: looked at in a few requests, created, and pruned."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from dockgate.engine import swarm as api
from dockgate.engine.api import RefusedError
from dockgate.stack.runtimes.swarm import changes, desired, seen
from dockgate.stack.runtimes.swarm.contents import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.core.plan import Plan
    from dockgate.core.target import Target
    from dockgate.engine.swarm import Kind, Swarm
    from dockgate.stack.runtimes.swarm.desired import Desired
    from dockgate.stack.runtimes.swarm.seen import Seen

SECRETS, CONFIGS = KINDS


def look(swarm: Swarm, target: Target) -> Seen:
    """Return what there is of a stack; the requests are under way at the same time."""
    mine = f"{desired.NAMESPACE}={target.project}"
    with ThreadPoolExecutor(max_workers=6) as pool:
        services = pool.submit(swarm.listed, "services", mine)
        tasks, nodes = pool.submit(swarm.tasks, mine), pool.submit(swarm.nodes)
        networks = pool.submit(swarm.listed, "networks", mine)
        secrets, configs = pool.submit(swarm.listed, "secrets", mine), pool.submit(swarm.listed, "configs", mine)
    running, found = seen.services(services.result()), seen.tasks(tasks.result())
    known = seen.nodes(nodes.result(), target.endpoint.machine)
    contents = [(SECRETS, each) for each in secrets.result()] + [(CONFIGS, each) for each in configs.result()]
    return seen.Seen(
        seen.containers(running, found, known),
        each_node={each.key: each.counts[1] for each in running if "Global" in each.spec["Mode"]},
        services=running,
        tasks=found,
        nodes=known,
        networks=frozenset(each["Name"] for each in networks.result()),
        contents=frozenset((kind, each["Spec"]["Name"]) for kind, each in contents),
    )


def create(swarm: Swarm, wanted: Desired, plan: Plan, owned: Mapping[str, str]) -> None:
    """Create the networks, secrets and configs of a plan; what another attempt created meanwhile is there."""
    asked = {step.target for step in plan.steps if step.action == changes.CREATE}
    for name, body in wanted.networks.items():
        if f"network {name}" in asked:
            _once(swarm, "networks", body)
    for each in wanted.contents:
        if f"{each.kind.removesuffix('s')} {each.name}" in asked and each.data is not None:
            _once(swarm, _kind(each.kind), api.blob(each.name, each.data, owned))


def identified(swarm: Swarm, spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return a specification with the ids of its secrets and configs, which the API wants beside their names."""
    container = dict(spec["TaskTemplate"]["ContainerSpec"])
    for kind, word in ((SECRETS, "Secret"), (CONFIGS, "Config")):
        if used := container.get(f"{word}s"):
            container[f"{word}s"] = [{**each, f"{word}ID": _ident(swarm, kind, each[f"{word}Name"])} for each in used]
    return {**spec, "TaskTemplate": {**spec["TaskTemplate"], "ContainerSpec": container}}


def prune(swarm: Swarm, plan: Plan, target: Target) -> None:
    """Remove the secrets and configs of a plan; one that something uses after all stays."""
    mine = f"{desired.NAMESPACE}={target.project}"
    asked = {step.target for step in plan.steps if step.action == changes.PRUNE}
    for kind in KINDS:
        for each in swarm.listed(_kind(kind), mine):
            if f"{kind.removesuffix('s')} {each['Spec']['Name']}" in asked:
                with suppress(RefusedError):
                    swarm.remove(_kind(kind), str(each["ID"]))


def _kind(kind: str) -> Kind:
    return "secrets" if kind == SECRETS else "configs"


def _once(swarm: Swarm, kind: Kind, body: Mapping[str, Any]) -> None:
    try:
        swarm.create(kind, body)
    except RefusedError as error:
        if error.status != HTTPStatus.CONFLICT:
            raise


def _ident(swarm: Swarm, kind: str, name: str) -> str:
    found = swarm.named(_kind(kind), name)
    if found is None:
        raise RefusedError(f"the {kind.removesuffix('s')} {name} is not on the swarm", HTTPStatus.NOT_FOUND)
    return str(found["ID"])
