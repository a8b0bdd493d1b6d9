"""DG406: a name or an address that only one stack can have, with `--instance`.

`container_name`, a fixed subnet of a network, and a fixed name of a network or volume that this stack makes: a further
stack of the same environment would fail halfway, or share the first one's data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockgate.guardrails.context import Context

CODE = "DG406"
TITLE = "A name or address that only one stack can have"
SCOPE = Scope.TARGET


def check(context: Context) -> Iterator[Hit]:
    """Look at what would be the same in two stacks of this environment."""
    if context.target is None or not context.target.instance:
        return
    for service, entry in context.services():
        if entry.get("container_name"):
            yield Hit(
                f"{service} has container_name: {entry['container_name']}, which another stack has already",
                f"remove it: Compose names the container after the stack, and services reach it as {service}",
                context.place("services", service, "container_name"),
                service=service,
            )
    for key, network in (context.model.get("networks") or {}).items():
        for subnet in _subnets(network or {}):
            yield Hit(
                f"the network {key} has the subnet {subnet}, which another stack has already",
                "remove ipam: the engine chooses a free subnet",
                context.place("networks", key, "ipam"),
                name=key,
            )
    for kind in ("networks", "volumes"):
        for key, entry in (context.model.get(kind) or {}).items():
            name = str((entry or {}).get("name") or key)
            if not (entry or {}).get("external") and not name.startswith(f"{context.model.get('name', '')}_"):
                yield Hit(
                    f"the {kind[:-1]} {key} has name: {name}: both stacks would use the same one",
                    "leave the name to Compose; external: true where sharing it is meant",
                    context.place(kind, key, "name"),
                    name=key,
                )


def _subnets(network: Mapping[str, Any]) -> Iterator[str]:
    for each in (network.get("ipam") or {}).get("config") or ():
        if each.get("subnet"):
            yield str(each["subnet"])
