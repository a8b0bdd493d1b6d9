"""Volumes of an engine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockgate.engine.api import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dockgate.engine.api import EngineClient

NOT_FOUND = 404  # RFC 9110
ANONYMOUS = re.compile(r"[0-9a-f]{64}")  # the name that the engine gives a volume that nothing names


def created(wire: EngineClient, name: str) -> str:
    """Return when the engine created a volume, in its own words; empty where there is none of that name."""
    try:
        return str(wire.volume(name).get("CreatedAt") or "unknown")
    except RefusedError as error:
        if error.status == NOT_FOUND:
            return ""
        raise


def mounted(wire: EngineClient, container: str) -> tuple[str, ...]:
    """Return the names of a container's volumes, and the folders of this machine that it has mounted."""
    mounts = wire.inspect(container).get("Mounts") or ()
    return tuple(str(each.get("Name") or each.get("Source") or "") for each in mounts)


def anonymous(wire: EngineClient, containers: Iterable[str]) -> tuple[str, ...]:
    """Return the volumes that containers have to themselves: no label tells whose they were once these are gone."""
    found: list[str] = []
    for container in containers:
        try:
            found += filter(ANONYMOUS.fullmatch, mounted(wire, container))
        except RefusedError as error:
            if error.status != NOT_FOUND:  # it is gone meanwhile
                raise
    return tuple(found)
