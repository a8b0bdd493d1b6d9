"""What a service gets from this machine's disk: one answer for the rules that judge it."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def sources(model: Mapping[str, Any], service: str) -> Iterator[str]:
    """Yield the paths: bind mounts, volumes that bind a folder, files of `configs:` and `secrets:`."""
    entry = model["services"][service]
    for mount in entry.get("volumes") or ():
        source = bound(model, mount)
        if source:
            yield source
    for kind in ("secrets", "configs"):
        table = model.get(kind) or {}
        for used in entry.get(kind) or ():
            file = (table.get(used.get("source")) or {}).get("file")
            if file:
                yield _clean(str(file))


def bound(model: Mapping[str, Any], mount: Mapping[str, Any]) -> str:
    """Return the path of this machine that a mount shows, empty for data of a volume."""
    if mount.get("type") == "bind":
        return _clean(str(mount.get("source") or ""))
    volume = (model.get("volumes") or {}).get(mount.get("source")) or {}
    return _clean(device(volume))


def device(volume: Mapping[str, Any]) -> str:
    """Return the folder that a volume of the `local` driver binds, empty for any other."""
    options = volume.get("driver_opts") or {}
    return str(options.get("device") or "") if "bind" in str(options.get("o", "")) else ""


def _clean(path: str) -> str:
    return posixpath.normpath("/" + path.lstrip("/")) if path.startswith("/") else path
