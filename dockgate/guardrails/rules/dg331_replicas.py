"""DG331: more replicas than ports of the host that they may have.

A port of the host belongs to one container: the second replica would fail with "port is already allocated". A range
(`8000-8002:80`) serves as many replicas as it has ports.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockgate.guardrails.context import Context

CODE = "DG331"
TITLE = "Replicas that share one port of the host"
SCOPE = Scope.MODEL
PUBLISHED = re.compile(r"([1-9]\d{0,4})(?:-(\d{1,5}))?")  # 0 is any free port; what is no port is Compose's to refuse


def check(context: Context) -> Iterator[Hit]:
    """Look for services with several replicas and a fixed port of the host."""
    if context.target is not None and context.target.instance:
        return  # the engine chooses the ports of a further stack
    for service, entry in context.services():
        replicas = int(entry.get("scale", (entry.get("deploy") or {}).get("replicas", 1)) or 0)
        for port in entry.get("ports") or ():
            published = PUBLISHED.fullmatch(str(port.get("published") or ""))
            if published and replicas > (count := _count(published)):
                ports = "one container" if count == 1 else f"{count} containers"
                yield Hit(
                    f"{service} has {replicas} replicas, and port {published[0]} of the host is for {ports}",
                    f"{_fix(port, int(published[1]), replicas)}, or put a gateway in front that publishes the port",
                    context.place("services", service, "ports"),
                    service=service,
                )


def _count(published: re.Match[str]) -> int:
    return int(published[2] or published[1]) - int(published[1]) + 1


def _fix(port: Mapping[str, Any], first: int, replicas: int) -> str:
    target = port.get("target")
    return f'publish a range ("{first}-{first + replicas - 1}:{target}") or any free port ("{target}")'
