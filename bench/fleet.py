"""Planning and status of a large stack on a large swarm, on recorded answers of its manager."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bench.figures import Figure
from dockgate.stack import status
from dockgate.stack.runtimes.swarm import changes, desired, seen
from dockgate.stack.runtimes.swarm.settings import Settings
from tests.unit.stack.runtimes.swarm import stacks

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVICES, NODES, REPLICAS = 50, 20, 20
ROUNDS = 5
SECONDS = 1.0


def measure() -> Iterator[Figure]:
    """Plan it and show it: the twenty containers of each service, and as many that were replaced before."""
    document = stacks.shop()
    api = document["services"]["api"]
    document["services"] |= {f"api{number}": {**api, "deploy": {"replicas": REPLICAS}} for number in range(SERVICES)}
    ready = stacks.prepared(document)
    there = stacks.deployed(desired.desired(ready, Settings()))
    nodes = [stacks.node(f"n{number}") for number in range(NODES)]
    tasks = [
        stacks.task(f"{each}.{slot}.{state}", each, state, wanted=aim, Slot=slot, NodeID=f"n{slot}")
        for each in (service.name for service in desired.desired(ready, Settings()).services)
        for slot in range(REPLICAS)
        for state, aim in (("running", "running"), ("shutdown", "shutdown"))
    ]
    taken = []
    for _ in range(ROUNDS):
        started = time.process_time()
        known, ordered = seen.nodes(nodes, ""), seen.tasks(tasks)
        containers = seen.containers(there.services, ordered, known)
        now = replace(there, containers=containers, tasks=ordered, nodes=known)
        plan = changes.plan(desired.desired(ready, Settings()), now)
        shown = status.status("prod", ready.composition.model, containers, seen.lives(ordered), plan)
        taken.append(time.process_time() - started)
    detail = f"{len(shown.services)} services, {len(tasks):,} tasks, {NODES} nodes"
    yield Figure("plan and status of a swarm", statistics.median(taken), "s", SECONDS, detail=detail)
