"""DG331: more replicas than ports of the host that they may have.

A port of the host belongs to one container: the second replica would fail with "port is already allocated". A range
(`8000-8002:80`) serves as many replicas as it has ports.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockgate.guardrails.context import Context

CODE = "DG331"
TITLE = "Replicas that share one port of the host"
SCOPE = Scope.MODEL


def check(context: Context) -> Iterator[Hit]:
    """Look for services with several replicas and a fixed port of the host."""
    if context.target is not None and context.target.instance:
        return  # the engine chooses the ports of a further stack
    for service, entry in context.services():
        replicas = int(entry.get("scale", (entry.get("deploy") or {}).get("replicas", 1)) or 0)
        for port in entry.get("ports") or ():
            published = str(port.get("published") or "")
            if published and replicas > _ports(published):
                yield Hit(
                    f"{service} has {replicas} replicas, and port {published} of the host is for {_count(published)}",
                    f"{_fix(port, replicas)}, or put a gateway in front that publishes the port",
                    context.place("services", service, "ports"),
                    service=service,
                )


def _ports(published: str) -> int:
    first, _, last = published.partition("-")
    return int(last) - int(first) + 1 if first.isdecimal() and last.isdecimal() else 1


def _count(published: str) -> str:
    return "one container" if _ports(published) == 1 else f"{_ports(published)} containers"


def _fix(port: Mapping[str, Any], replicas: int) -> str:
    first, target = int(str(port["published"]).partition("-")[0]), port.get("target")
    return f'publish a range ("{first}-{first + replicas - 1}:{target}") or any free port ("{target}")'
