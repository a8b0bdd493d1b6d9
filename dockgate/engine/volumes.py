"""Volumes of an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.engine.api import RefusedError

if TYPE_CHECKING:
    from dockgate.engine.api import EngineClient

NOT_FOUND = 404  # RFC 9110


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
