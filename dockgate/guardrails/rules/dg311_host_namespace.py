"""DG311: a namespace of the host in a container.

Network, processes, IPC, UTS, users, control groups. A warning in development.
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
NAMESPACES = ("network_mode", "pid", "ipc", "uts", "userns_mode", "cgroup")


def check(context: Context) -> Iterator[Hit]:
    """Look for services that share network, processes, memory, name, users or control groups with the host."""
    for service, entry in context.services():
        for key in NAMESPACES:
            if entry.get(key) == "host":
                yield Hit(
                    f"{service} runs with {key}: host",
                    f"remove {key}: a network of its own and published ports do for nearly everything",
                    context.place("services", service, key),
                    severity=Severity.WARNING if context.development else Severity.ERROR,
                    service=service,
                )
