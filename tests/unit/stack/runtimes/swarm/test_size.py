"""Planning and status of a large stack on a large swarm, on recorded answers: within a second."""

from __future__ import annotations

import time

from msgspec.structs import replace

from dockgate.stack import status
from dockgate.stack.runtimes.swarm import changes, desired, seen
from dockgate.stack.runtimes.swarm.settings import Settings
from tests.unit.stack.runtimes.swarm import stacks

SERVICES, NODES, REPLICAS = 50, 20, 20
SECONDS = 1.0  # measured: a tenth of it


def test_fifty_services_on_twenty_nodes_are_planned_and_shown_in_a_second() -> None:
    """With the twenty containers of each, and as many that were replaced before."""
    document = stacks.shop()
    api = document["services"]["api"]
    document["services"] |= {f"api{number}": {**api, "deploy": {"replicas": REPLICAS}} for number in range(SERVICES)}
    ready = stacks.prepared(document)
    wanted = desired.desired(ready, Settings())
    there = stacks.deployed(wanted)
    nodes = [stacks.node(f"n{number}") for number in range(NODES)]
    tasks = [
        stacks.task(f"{each.name}.{slot}.{state}", each.name, state, wanted=aim, Slot=slot, NodeID=f"n{slot}")
        for each in wanted.services
        for slot in range(REPLICAS)
        for state, aim in (("running", "running"), ("shutdown", "shutdown"))
    ]
    started = time.process_time()
    wanted = desired.desired(ready, Settings())
    known = seen.nodes(nodes)
    ordered = seen.tasks(tasks)
    containers = seen.containers(there.services, ordered, known)
    plan = changes.plan(wanted, replace(there, containers=containers, tasks=ordered, nodes=known))
    shown = status.status("prod", ready.composition.model, containers, seen.lives(ordered), plan)
    seconds = time.process_time() - started
    assert len(containers) == REPLICAS * len(wanted.services)
    assert [step.target for step in plan.steps] == ["migrate"]
    assert len(shown.services) == SERVICES + 4
    assert seconds < SECONDS, f"{seconds:.2f} s"
