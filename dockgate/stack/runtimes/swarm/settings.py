"""What `[tool.dockgate.environments.NAME.swarm]` says."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - the Struct reads the types of its fields
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from dockgate.core.project import Project

MODES = ("dnsrr", "vip")
WATCH = 30.0  # seconds; chosen: a service that dies of its first timer or its first job does so within them


class Settings(Struct, frozen=True):
    """How an environment runs on its swarm.

    `endpoint_mode` vip needs IPVS in the kernel of every node, dnsrr works everywhere. `watch` are seconds for which
    new containers have to stay up before a deployment counts as done. `nodes` are the addresses of engines by the name
    of the node, for what only a node itself can do: take an image, run `exec`.
    """

    endpoint_mode: str = "dnsrr"
    watch: float = WATCH
    nodes: Mapping[str, str] = {}


def load(project: Project, environment: str) -> Settings:
    """Return the settings; ConfigError for what is wrong in them."""
    table = project.table("environments").table(environment).table("swarm")
    mode, watch = table.string("endpoint-mode", MODES[0]), table.number("watch-seconds", WATCH)
    if mode not in MODES:
        raise table.error("endpoint-mode", f"is {mode!r}", fix=f"one of: {', '.join(MODES)}")
    if watch < 0:
        raise table.error("watch-seconds", "must be 0 or more")
    nodes = table.table("nodes")
    found = Settings(mode, watch, {name: nodes.string(name) for name in nodes})
    table.done()
    return found
