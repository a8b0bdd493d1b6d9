"""What there is of a stack on a swarm, in one look."""

from __future__ import annotations

from dockgate.engine.swarm import Swarm
from dockgate.stack.runtimes.protocol import Order
from dockgate.stack.runtimes.swarm import changes, objects
from dockgate.stack.runtimes.swarm.rollout import Change, Rollout
from tests.unit.stack.runtimes.swarm import stacks
from tests.unit.stack.runtimes.swarm.manager import Manager

ORDER = Order(timeout=0.2)


def test_a_service_of_each_node_says_how_many_there_should_be() -> None:
    """The manager counts the nodes; a service with replicas has the count of its files."""
    manager = Manager()
    shop = stacks.shop()
    shop["services"]["gateway"]["deploy"] = {"mode": "global"}
    wanted, seen = stacks.stack(shop), objects.look(Swarm(manager), stacks.TARGET)
    plan = changes.plan(wanted, seen, ORDER.services)
    Rollout(Change(Swarm(manager), stacks.TARGET, wanted, seen, plan, ORDER)).run()
    assert objects.look(Swarm(manager), stacks.TARGET).each_node == {"gateway": 1}
