"""How the engine of each node is reached, for what no manager does for it: taking images, `exec`, volumes."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dockgate.core.endpoint import Endpoint
from dockgate.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.stack.runtimes.swarm.seen import Node

SSH = "ssh"


def endpoint(node: Node, here: Endpoint, own: str, given: Mapping[str, str]) -> Endpoint:
    """Return the engine of a node: the one that was asked, as configured, or over SSH as the same user as to `here`.

    `own` is the id of the node behind `here`. ConfigError where there is no way to it.
    """
    if node.id == own:
        return here
    if address := given.get(node.name):
        return Endpoint(address, f"nodes.{node.name}")
    parts = urlsplit(here.host)
    if parts.scheme == SSH:
        user, port = f"{parts.username}@" if parts.username else "", f":{parts.port}" if parts.port else ""
        return Endpoint(f"ssh://{user}{node.address}{port}", here.chosen_by)
    raise ConfigError(
        f"no way to the engine of {node.name} ({node.address})",
        fix=f'[tool.dockgate.environments.NAME.swarm.nodes] {node.name} = "ssh://user@{node.address}"',
    )
