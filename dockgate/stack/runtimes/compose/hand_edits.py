"""What of a container was changed by hand since Compose created it: `docker update`, `docker network connect`.

found(model, wire, containers) -> {id: cause}
cause(model, container, entry) -> str         pure; empty where it is as its file says

Only what the file says in one word is compared: a limit that a file leaves open may come from the engine.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from dockgate.engine.api import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dockgate.compose.model import Model
    from dockgate.engine.api import EngineClient
    from dockgate.engine.containers import Container

WORKERS = 8  # as acquisition.WORKERS
BILLION = 1e9  # the engine's NanoCpus
# What `docker update` changes: Compose's keys, of the limits below `deploy` and of the service, and the engine's own.
LIMITS = (("memory", "mem_limit", "Memory"), ("pids", "pids_limit", "PidsLimit"), ("cpus", "cpus", "NanoCpus"))
EDITED = "edited by hand"


def found(model: Model, wire: EngineClient, containers: Sequence[Container]) -> Mapping[str, str]:
    """Ask the engine for each container that Compose would leave alone."""
    same = [
        one
        for one in containers
        if one.service in model.services and one.config_hash == model.services[one.service].config_hash
    ]

    def ask(one: Container) -> tuple[str, str]:
        try:
            return one.id, cause(model, one, wire.inspect(one.id))
        except RefusedError:
            return one.id, ""  # it was removed since the list was made

    with ThreadPoolExecutor(WORKERS) as pool:
        return {key: said for key, said in pool.map(ask, same) if said}


def cause(model: Model, one: Container, entry: Mapping[str, Any]) -> str:
    """Return what was edited, and from what to what."""
    return "; ".join(f"{EDITED}: {each}" for each in _edits(model, one, entry))


def _edits(model: Model, one: Container, entry: Mapping[str, Any]) -> Iterator[str]:
    service, host = model.services[one.service], entry.get("HostConfig") or {}
    written: Mapping[str, Any] = (model.raw.get("services") or {}).get(one.service) or {}
    limits = ((written.get("deploy") or {}).get("resources") or {}).get("limits") or {}
    for below, beside, key in LIMITS:
        wanted, has = limits.get(below, written.get(beside)), host.get(key)
        if wanted is not None and has is not None and _number(wanted, key) != has:
            yield f"{below} is {_shown(has, key)}, the file says {wanted}"
    policy = (host.get("RestartPolicy") or {}).get("Name")
    if policy and "restart_policy" not in (written.get("deploy") or {}) and policy != service.restart.partition(":")[0]:
        yield f"restart is {policy}, the file says {service.restart}"
    if not written.get("network_mode"):
        yield from (f"connected to network {name}" for name in one.networks if name not in service.networks)


def _number(wanted: object, key: str) -> int:
    """Return what the engine has for a value of Compose's resolved model, in which sizes are bytes."""
    value = float(str(wanted))
    return round(value * BILLION) if key == "NanoCpus" else int(value)


def _shown(has: int, key: str) -> str:
    return f"{has / BILLION:g}" if key == "NanoCpus" else str(has)
