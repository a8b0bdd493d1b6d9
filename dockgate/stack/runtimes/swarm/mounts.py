"""The mounts of a service on a swarm: volumes, folders of a node, and memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockgate.core.errors import ConfigError
from dockgate.stack.runtimes.swarm import parts
from dockgate.stack.runtimes.swarm.said import Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SHARED_MEMORY = "/dev/shm"  # noqa: S108 - the path in the container


def of(name: str, entry: Mapping[str, Any], volumes: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the mounts of a service."""
    found = [_mount(name, each, volumes) for each in entry.get("volumes") or ()]
    found += [_tmpfs(str(each)) for each in entry.get("tmpfs") or ()]
    if entry.get("shm_size"):
        found.append(_memory(SHARED_MEMORY, parts.size(entry["shm_size"]), 0o1777))
    return found


def keeps(entry: Mapping[str, Any]) -> bool:
    """Return whether a service writes to a volume: two of its containers must not do so at once."""
    return any(each.get("type") == "volume" and not each.get("read_only") for each in entry.get("volumes") or ())


def notes(name: str, entry: Mapping[str, Any]) -> Iterator[Note]:
    """Yield what is bound to one node."""
    constrained = ((entry.get("deploy") or {}).get("placement") or {}).get("constraints")
    volumes = [str(each.get("source")) for each in entry.get("volumes") or () if each.get("type") == "volume"]
    if volumes and not constrained:
        yield Note(name, f"volume {', '.join(volumes)} is on one node: with several, place the service by a label")
    for each in entry.get("volumes") or ():
        if each.get("type") == "bind":
            yield Note(name, f"{each['source']} has to exist on every node that may run it")


def _mount(name: str, entry: Mapping[str, Any], volumes: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    kind, target = str(entry.get("type", "volume")), str(entry["target"])
    if kind == "tmpfs":
        given = entry.get("tmpfs") or {}
        return _memory(target, parts.size(given.get("size") or 0), int(given.get("mode") or 0))
    if kind not in {"volume", "bind"}:
        raise ConfigError(f"services.{name}.volumes: type {kind} does not exist on Docker Swarm")
    found: dict[str, Any] = {"Type": kind, "Target": target, "ReadOnly": bool(entry.get("read_only"))}
    if kind == "bind":
        return {**found, "Source": entry["source"]}
    key = str(entry.get("source") or "")
    volume = volumes.get(key) or {}
    options: dict[str, Any] = {"Labels": parts.plain(volume.get("labels"))}
    if volume.get("driver") or volume.get("driver_opts"):
        driver = {"Name": volume.get("driver", "local"), "Options": parts.plain(volume.get("driver_opts"))}
        options["DriverConfig"] = driver
    options |= {"NoCopy": True} if (entry.get("volume") or {}).get("nocopy") else {}
    return {**found, **({"Source": volume.get("name") or key} if key else {}), "VolumeOptions": options}


def _tmpfs(text: str) -> dict[str, Any]:
    """Return the mount that `/tmp:rw,noexec,size=16m,mode=1777` asks for; ConfigError for an option it cannot have."""
    target, _, given = text.partition(":")
    options = [each for each in given.split(",") if each and each not in parts.TMPFS_DEFAULTS]
    named = dict(each.partition("=")[::2] for each in options)
    if other := sorted(named.keys() - {"size", "mode"}):
        raise ConfigError(f"tmpfs {text}: {other[0]} does not exist on Docker Swarm", fix="size=… and mode=… do")
    return _memory(target, parts.size(named.get("size", 0)), int(named.get("mode", "0"), 8))


def _memory(target: str, size: int, mode: int) -> dict[str, Any]:
    options = {"SizeBytes": size} if size else {}
    return {"Type": "tmpfs", "Target": target, "TmpfsOptions": options | ({"Mode": mode} if mode else {})}
