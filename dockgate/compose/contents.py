"""What is in the configs and secrets of services: changed content recreates their readers, as a changed secret does."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dockgate.system import regular_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

KINDS = ("configs", "secrets")
INLINE = ("content", "environment")


def files(document: Mapping[str, Any], folder: str) -> tuple[str, ...]:
    """Return the files of configs and secrets, but for the secrets' files of ours in `folder`, which have versions."""
    entries = (entry or {} for kind in KINDS for entry in (document.get(kind) or {}).values())
    paths = {str(entry.get("file") or "") for entry in entries}
    return tuple(sorted(path for path in paths if path and not (folder and path.startswith(f"{folder}/"))))


def digests(paths: Iterable[str], key: bytes) -> dict[str, str]:
    """Return a digest of each file's content, keyed since one may be a secret; a folder or a missing one has none."""
    found = {}
    for path in paths:
        try:
            found[path] = _digest(regular_file.read(Path(path)), key)
        except OSError:
            found[path] = ""  # the guard or Compose says what is wrong with it
    return found


def of_services(document: Mapping[str, Any], known: Mapping[str, str], key: bytes) -> dict[str, str]:
    """Return one digest for each service that gets a config or secret with content of its own."""
    found = {}
    for name, entry in (document.get("services") or {}).items():
        parts = [
            part for kind in KINDS for used in entry.get(kind) or () if (part := _one(document, kind, used, known))
        ]
        if parts:
            found[name] = _digest("\n".join(parts).encode(), key)
    return found


def definitions(document: Mapping[str, Any], key: bytes) -> dict[str, str]:
    """Return a digest of each service that shares a namespace or volumes with another one.

    Compose's own hash of it has the id of the other's container in it, which no file says.
    """
    services = (document.get("services") or {}).items()
    return {name: _digest(json.dumps(entry, sort_keys=True).encode(), key) for name, entry in services if shares(entry)}


def shares(entry: Mapping[str, Any]) -> bool:
    """Return whether a service is made of another one's container."""
    modes = (str(entry.get(kind) or "") for kind in ("network_mode", "ipc", "pid"))
    return bool(entry.get("volumes_from")) or any(mode.startswith("service:") for mode in modes)


def _one(document: Mapping[str, Any], kind: str, used: Mapping[str, Any], known: Mapping[str, str]) -> str:
    source = used.get("source")
    entry = (document.get(kind) or {}).get(source) or {}
    digest = known.get(entry.get("file") or "", "")
    inline = "".join(str(entry[name]) for name in INLINE if name in entry)
    return f"{kind}/{source}={digest}{inline}" if digest or inline else ""


def _digest(data: bytes, key: bytes) -> str:
    return hashlib.blake2b(data, key=key[:64], digest_size=12, person=b"dockgate-content").hexdigest()
