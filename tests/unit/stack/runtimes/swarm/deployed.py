"""A shop that is deployed on a manager in memory, and what it is deployed with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from msgspec.structs import replace

from dockgate.engine.swarm import Swarm
from dockgate.env.release_pointer import VERSION_VARIABLE
from dockgate.stack.runtimes.swarm import changes, objects
from dockgate.stack.runtimes.swarm.rollout import Change, Rollout
from tests.unit.stack.runtimes.swarm import stacks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.core.endpoint import Endpoint
    from dockgate.engine.api import Requests
    from dockgate.stack.runtimes.protocol import Order


READY = stacks.prepared(stacks.shop())
READY = replace(READY, composition=replace(READY.composition, env={**READY.composition.env, VERSION_VARIABLE: "1.2"}))
PROCESS = {"PATH": "/usr/bin:/bin", "USER": "alice"}
SETTINGS = """
[tool.dockgate]
name = "shop"
[tool.dockgate.environments.prod]
runtime = "swarm"
[tool.dockgate.environments.prod.swarm]
nodes = {node-n1 = "unix:///other", other = "ssh://other"}
"""


def deployment(manager: Requests, document: Mapping[str, Any], order: Order) -> Rollout:
    """Return what brings a swarm to a document."""
    swarm, wanted = Swarm(manager), stacks.stack(document)
    seen = objects.look(swarm, stacks.TARGET)
    return Rollout(Change(swarm, stacks.TARGET, wanted, seen, changes.plan(wanted, seen, order.services), order))


class Volumes:
    """The engine of a node, as far as its volumes."""

    left: tuple[str, ...] = ("shop-prod_data",)
    asked: ClassVar[list[object]] = []

    def __init__(self, endpoint: Endpoint) -> None:
        """Take the endpoint that is looked at."""
        self.asked.append(endpoint)

    def volumes(self, labels: object) -> list[dict[str, str]]:
        self.asked.append(labels)
        return [{"Name": name} for name in Volumes.left]

    def remove_volume(self, name: str) -> None:
        Volumes.left = tuple(each for each in Volumes.left if each != name)
