"""DG311: a namespace of the host in a container.

Network, processes, IPC, UTS, users, control groups. So is `container:NAME`, a container that this stack does not own,
and `network_mode: bridge`, the network that all stacks of a host share. A warning in development.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.findings import Severity
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG311"
TITLE = "A namespace of the host in a container"
SCOPE = Scope.MODEL
FIX = {
    "host": "remove {key}: a network of its own and published ports do for nearly everything",
    "container": "name a service of this stack ({key}: service:NAME): Compose starts it first, and replaces both",
    "bridge": "remove {key}: containers of other stacks and environments are on that network, too",
}
NAMESPACES = ("network_mode", "pid", "ipc", "uts", "userns_mode", "cgroup")


def check(context: Context) -> Iterator[Hit]:
    """Look for services that share network, processes, memory, name, users or control groups with the host."""
    for service, entry in context.services():
        for key in NAMESPACES:
            mode = str(entry.get(key) or "")
            if mode == "host" or mode.startswith("container:") or (key, mode) == ("network_mode", "bridge"):
                yield Hit(
                    f"{service} runs with {key}: {mode}",
                    FIX.get(mode.partition(":")[0], FIX["host"]).format(key=key),
                    context.place("services", service, key),
                    severity=Severity.WARNING if context.development else Severity.ERROR,
                    service=service,
                )
        for each in entry.get("volumes_from") or ():
            if str(each).startswith("container:"):
                yield Hit(
                    f"{service} has volumes_from: {each}",
                    "name a volume of this stack: a container outside it may be gone, or another environment's",
                    context.place("services", service, "volumes_from"),
                    severity=Severity.WARNING if context.development else Severity.ERROR,
                    service=service,
                )
