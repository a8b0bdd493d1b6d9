"""Whether the layout of a release is as it was signed: for `up`, which asks each time.

hold(project, release) -> None
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from dockgate.release.artifact import layout, manifest, verify
from dockgate.system import cache

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dockgate.core.project import Project
    from dockgate.release.artifact.manifest import Manifest

Stamp = list[int]
# Within the kernel's clock tick, a file can change and keep its times; the third of a stamp is the kernel's own.
SETTLED_NS = 1_000_000_000


def hold(project: Project, release: Manifest) -> None:
    """Raise FindingsError where the layout is not what was signed; one that is not here was not carried here.

    Blobs that were whole, and whose times, size and inode are the same since, are not read again.
    """
    place = manifest.folder(project.root, release.version) / "oci"
    if not (place / "index.json").is_file():
        return
    kept = project.state / "cache" / "layouts" / f"{release.digest.removeprefix('sha256:')}.json"
    known = cache.read(kept, release.digest, dict[str, Stamp])
    if known and known == _stamps(place, known):
        return
    if wrong := _read(place, release, kept):
        raise verify.refused(release.version, f"layout: {'; '.join(wrong[:3])}")


def _read(place: Path, release: Manifest, kept: Path) -> list[str]:
    """Read every blob; keep what they were like before, in case that one is changed while they are read."""
    started = time.time_ns()
    before = _stamps(place, [file.name for file in (place / "blobs/sha256").glob("*")])
    found = dict(layout.blobs(place, verify.signed_digests(release)))
    wrong = [problem for problem in found.values() if problem]
    stamps = {name: before.get(name, []) for name in (digest.removeprefix("sha256:") for digest in found)}
    if not wrong and all(stamp and stamp[2] < started - SETTLED_NS for stamp in stamps.values()):
        cache.write(kept, release.digest, stamps)
    return wrong


def _stamps(place: Path, names: Mapping[str, Stamp] | list[str]) -> dict[str, Stamp]:
    """Return what changes when a blob does, by name; one that is gone has nothing."""
    found: dict[str, Stamp] = {}
    for name in names:
        with suppress(OSError):
            stat = (place / "blobs/sha256" / name).stat()
            found[name] = [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino, stat.st_dev]
    return found
