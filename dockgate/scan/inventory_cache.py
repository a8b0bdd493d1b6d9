"""What was read out of an image, kept by its digest: an image does not change, so it is read once."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.detection import provider_keys
from dockgate.scan.inventory import Inventory  # noqa: TC001 - the cache reads the types of fields
from dockgate.scan.leaks import Leak  # noqa: TC001 - as above
from dockgate.system import cache

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.project import Project

VERSION = 4  # of what is read out of an image: another one makes every entry anew


class ScanCacheEntry(Struct, frozen=True):
    """The inventory of one image and the secrets found in it; `created` as its configuration says, may be empty."""

    digest: str
    architecture: str
    created: str
    inventory: Inventory
    leaks: tuple[Leak, ...]


def read(project: Project, digest: str, sought: str) -> ScanCacheEntry | None:
    """Return what is kept of an image; `sought` stands for the secrets that were looked for: others, another entry."""
    key = _key(digest, sought)
    return cache.read(_file(project, key), key, ScanCacheEntry)


def write(project: Project, sought: str, kept: ScanCacheEntry) -> None:
    """Keep what was read."""
    key = _key(kept.digest, sought)
    cache.write(_file(project, key), key, kept)


def _key(digest: str, sought: str) -> str:
    return hashlib.sha256(f"{VERSION} {digest} {sought} {provider_keys.TABLE!r}".encode()).hexdigest()


def _file(project: Project, key: str) -> Path:
    return project.state / "cache" / "scan" / f"{key}.json"
