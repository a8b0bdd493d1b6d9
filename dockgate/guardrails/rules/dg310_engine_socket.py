"""DG310: the engine's socket in a container, which makes it root on the host.

Whoever controls that container is root on the host. A warning in development.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockgate.core.findings import Severity
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG310"
TITLE = "The engine's socket in a container"
SCOPE = Scope.MODEL

_SOCKET = re.compile(r"(?:^|/)(?:docker|containerd|podman|crio)\.sock$|^/(?:var/)?run/?$")


def check(context: Context) -> Iterator[Hit]:
    """Look for mounts of a container engine's socket or of the folder that it is in."""
    for service, entry in context.services():
        sources = [str(mount.get("source", "")) for mount in entry.get("volumes") or () if mount.get("type") == "bind"]
        for kind in ("secrets", "configs"):
            table = context.model.get(kind) or {}
            used = (each.get("source", "") for each in entry.get(kind) or ())
            sources += [str(table.get(name, {}).get("file", "")) for name in used]
        if entry.get("use_api_socket") or any(_SOCKET.search(source) for source in sources):
            yield Hit(
                f"{service} gets the engine's socket: whoever controls it is root on this host",
                "take it out, or put a proxy that allows single calls in between",
                context.place("services", service, "volumes"),
                severity=Severity.WARNING if context.development else Severity.ERROR,
                service=service,
            )
