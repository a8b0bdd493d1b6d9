"""What is in an image, measured once for each layer: bytes, layers, packages, and what an attacker would like."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - the cache reads the types of fields
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.system import cache

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from dockgate.core.project import Project
    from dockgate.images.archive import Entry

FOLDERS = {"bin", "sbin", "usr/bin", "usr/sbin", "usr/local/bin", "usr/local/sbin"}
SHELLS = {"sh", "ash", "bash", "busybox", "csh", "dash", "fish", "ksh", "mksh", "rbash", "tcsh", "zsh"}
MANAGERS = {"apk", "apt", "apt-get", "dnf", "dpkg", "microdnf", "npm", "pip", "pip3", "rpm", "uv", "yum"}
SETUID = 0o6000  # S_ISUID and S_ISGID of stat(2)
STATUS = "var/lib/dpkg/status.d/"
VERSION = "2"


class ImageContents(Struct, frozen=True):
    """One image: unpacked bytes, compressed bytes by layer digest, Debian packages, and paths of what to avoid."""

    bytes: int
    layers: Mapping[str, int]
    packages: int
    shells: tuple[str, ...]
    managers: tuple[str, ...]
    setuid: tuple[str, ...]

    @property
    def compressed(self) -> int:
        """Return the bytes that a pull transfers."""
        return sum(self.layers.values())


def of(project: Project, ref: str, digest: str) -> ImageContents:
    """Return the facts of an image, from the cache or by reading it once."""
    return _cached(project, f"images/{digest}", lambda: measure(project, ref))


def measure(project: Project, ref: str) -> ImageContents:
    """Read an image out of the engine; a layer that any image had before is known."""
    from dockgate.images import archive  # noqa: PLC0415 - only for an image that was just built

    with archive.saved(project, ref) as (opened, _):
        image = opened.images()[0]
        manifest = opened.document(image.platform_digest)
        sizes = {layer["digest"]: int(layer["size"]) for layer in manifest["layers"]}

        def layer(digest: str) -> ImageContents:
            return summary(opened.layer(digest), {digest: sizes[digest]})

        return total([_cached(project, f"layers/{each}", partial(layer, each)) for each in image.layers])


def _cached(project: Project, name: str, look: Callable[[], ImageContents]) -> ImageContents:
    file = project.state / "cache" / f"{name.replace('sha256:', '')}.json"
    known = cache.read(file, VERSION, ImageContents)
    if known is None:
        known = look()
        cache.write(file, VERSION, known)
    return known


def total(layers: Collection[ImageContents]) -> ImageContents:
    """Return the facts of an image of these layers; what one deletes of another stays in it."""
    return ImageContents(
        bytes=sum(each.bytes for each in layers),
        layers={digest: size for each in layers for digest, size in each.layers.items()},
        packages=sum(each.packages for each in layers),
        shells=tuple(sorted({path for each in layers for path in each.shells})),
        managers=tuple(sorted({path for each in layers for path in each.managers})),
        setuid=tuple(sorted({path for each in layers for path in each.setuid})),
    )


def summary(entries: Iterable[Entry], layers: Mapping[str, int]) -> ImageContents:
    """Sum up the entries of a layer."""
    unpacked = packages = 0
    shells, managers, setuid = set[str](), set[str](), set[str]()
    for entry in entries:
        unpacked += entry.size if entry.regular else 0
        folder, _, name = entry.path.rpartition("/")
        packages += entry.path.startswith(STATUS) and not name.endswith(".md5sums") and entry.regular
        if folder in FOLDERS and (entry.regular or entry.link):
            shells |= {entry.path} if name in SHELLS else set()
            managers |= {entry.path} if name in MANAGERS else set()
        if entry.path.endswith("-packages/pip/__init__.py"):
            managers.add(folder)
        if entry.regular and entry.mode & SETUID:
            setuid.add(entry.path)
    return ImageContents(
        unpacked, layers, packages, tuple(sorted(shells)), tuple(sorted(managers)), tuple(sorted(setuid))
    )
