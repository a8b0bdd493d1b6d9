"""Which services may have a second container beside the first for a while, and what keeps the others from it: pure.

hindrance(model, name, containers) -> str       empty where nothing does
swaps(model, name, containers) -> bool          whether the new one can be created before the old one stops
tied(model) -> str                              what makes the whole stack change at once; empty where nothing does
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dockgate.compose.model import Model
    from dockgate.engine.containers import Container

ADDRESSES = ("ipv4_address", "ipv6_address", "mac_address")


SHARED = ("network_mode", "ipc", "pid")
ANY_FREE = frozenset({"", "0"})  # as published ports of an instance


def tied(model: Model) -> str:
    """Return why Compose has to change a stack as a whole: it starts it itself, or containers live in one another."""
    if unsupported := model.unsupported():
        return f"Compose itself starts this stack, because of {unsupported[0]}"
    for name, written in (model.raw.get("services") or {}).items():
        for key in SHARED:
            if str(written.get(key) or "").startswith("service:"):
                return f"services.{name}.{key} is {written[key]}"
        if written.get("volumes_from"):
            return f"services.{name}.volumes_from is used"
    return ""


def hindrance(model: Model, name: str, containers: Sequence[Container]) -> str:
    """Return why a service is replaced and not rolled; empty where it can have new containers beside the old ones."""
    return next(_hindrances(model, name, containers), "")


def swaps(model: Model, name: str, containers: Sequence[Container]) -> bool:
    """Return whether a service that runs and cannot roll can at least have a new container waiting for its turn.

    Not where the engine refuses the second one already when it is created, or where it would not get the same data.
    """
    written: Mapping[str, Any] = (model.raw.get("services") or {}).get(name) or {}
    service, mine = model.services[name], [one for one in containers if one.service == name]
    runs = any(one.running for one in mine) and not service.one_shot
    single = service.container_name or written.get("network_mode") or any(_fixed(written))
    mounts = [each for each in written.get("volumes") or () if each.get("type") == "volume"]
    return runs and not single and not tied(model) and all(each.get("source") for each in mounts)


def _hindrances(model: Model, name: str, containers: Sequence[Container]) -> Iterator[str]:
    service = model.services[name]
    written: Mapping[str, Any] = (model.raw.get("services") or {}).get(name) or {}
    if service.one_shot:
        yield "it is a one-shot"
    if not any(one.running for one in containers):
        yield "it does not run"
    if why := tied(model):
        yield why
    if service.ports:
        port = service.ports[0]
        yield f"it publishes port {port.published if port.published not in ANY_FREE else port.target}"
    if service.container_name:
        yield f"container_name is {service.container_name}"
    if not service.healthcheck and not all(one.health for one in containers if one.running):
        yield "it has no health check"
    if (written.get("deploy") or {}).get("update_config", {}).get("order") == "stop-first":
        yield "deploy.update_config.order is stop-first"
    if mode := written.get("network_mode"):
        yield f"network_mode is {mode}"
    yield from (f"its address in network {key} is fixed" for key in _fixed(written))
    yield from _volumes(written, service.replicas)


def _fixed(written: Mapping[str, Any]) -> Iterator[str]:
    networks: Mapping[str, Any] = written.get("networks") or {}
    yield from (key for key, each in networks.items() if any((each or {}).get(word) for word in ADDRESSES))


def _volumes(written: Mapping[str, Any], replicas: int) -> Iterator[str]:
    """Name the volumes that one container writes alone; where there are replicas already, they share theirs."""
    for each in written.get("volumes") or ():
        if each.get("type") not in {"volume", "bind"} or each.get("read_only"):
            continue
        if not each.get("source"):
            yield f"the data in {each.get('target')} is its own"
        elif replicas < 2:  # noqa: PLR2004 - more than one
            yield f"it writes to {each['source']}"
