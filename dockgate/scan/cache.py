"""What was read out of an image, kept by its digest: an image does not change, so it is read once."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from msgspec import Struct, to_builtins

from dockgate.scan.inventory import DebianPackage, Inventory, PythonPackage, VendoredLibrary
from dockgate.scan.leaks import CREDENTIALS, Leak
from dockgate.system import state_folder

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.project import Project

VERSION = 2


class ScanCacheEntry(Struct, frozen=True):
    """The inventory of one image and the secrets found in it; `created` as its configuration says, may be empty."""

    digest: str
    architecture: str
    created: str
    inventory: Inventory
    leaks: tuple[Leak, ...]


def place(project: Project, digest: str, sought: str) -> Path:
    """Return the file for an image; `sought` stands for the secrets that were looked for: others, another file."""
    key = hashlib.sha256(f"{VERSION} {digest} {sought} {CREDENTIALS!r}".encode()).hexdigest()
    return project.state / "cache" / "scan" / f"{key}.json"


def read(file: Path) -> ScanCacheEntry | None:
    """Return what is kept, None where nothing is or it cannot be read: a cache is only ever made again."""
    try:
        document: dict[str, Any] = json.loads(file.read_bytes())
        found = document["inventory"]
        debian = found["debian"]
        return ScanCacheEntry(
            document["digest"],
            document["architecture"],
            document["created"],
            Inventory(
                found["codename"],
                None if debian is None else tuple(DebianPackage(**each) for each in debian),
                tuple(PythonPackage(**each) for each in found["python"]),
                tuple(VendoredLibrary(**each) for each in found["vendored"]),
            ),
            tuple(Leak(**each) for each in document["leaks"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write(file: Path, kept: ScanCacheEntry) -> None:
    """Keep what was read."""
    state_folder.save(file, json.dumps(to_builtins(kept)).encode())
