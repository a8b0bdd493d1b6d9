"""Images as the engine saves them (an OCI layout in a tar): read without starting anything."""

from __future__ import annotations

import json
import tarfile
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, Any, Self

from msgspec import Struct

from dockgate.core.errors import ConfigError
from dockgate.core.plan import Command
from dockgate.system import process, scratch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from gzip import GzipFile
    from pathlib import Path

    from backports.zstd import ZstdFile

    from dockgate.core.project import Project

WHITEOUT = ".wh."
OPAQUE = ".wh..wh..opq"


class Entry(Struct, frozen=True):
    """One path of one layer; `link` is where a symbolic link points, `read` returns a regular file's bytes."""

    layer: int
    path: str
    mode: int
    size: int
    link: str
    regular: bool
    read: Callable[[], bytes]


class ArchivedImage(Struct, frozen=True):
    """One image of an archive: digest as saved (index or manifest), the platform's manifest and configuration."""

    digest: str
    platform_digest: str
    architecture: str
    config: Mapping[str, Any]
    layers: tuple[str, ...]
    attestations: tuple[str, ...]

    @property
    def history(self) -> tuple[str, ...]:
        """Return what the history says was run, in order."""
        return tuple(str(step.get("created_by", "")) for step in self.config.get("history", ()))


def save(project: Project, references: Sequence[str], file: Path) -> Command:
    """Return the command that saves images to `file`, in one layout."""
    argv = ("docker", "image", "save", "--output", str(file), *references)
    return Command(argv, project.child_env(), project.root, timeout=600.0)


@contextmanager
def saved(project: Project, reference: str) -> Iterator[tuple[Archive, Path]]:
    """Save one image and yield it open for reading, with the file that it is in."""
    with scratch.folder(project) as place:
        file = place / "image.tar"
        process.run(save(project, [reference], file))
        with Archive(file) as opened:
            yield opened, file


class Archive:
    """A saved layout, open for reading."""

    def __init__(self, path: Path) -> None:
        """Open the tar at `path`; use it as a context manager."""
        self._tar = tarfile.open(path)  # noqa: SIM115 - closed by __exit__

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the tar."""
        self._tar.close()

    def blob(self, digest: str) -> IO[bytes]:
        """Return a blob, open for reading."""
        algorithm, _, name = digest.partition(":")
        try:
            file = self._tar.extractfile(f"blobs/{algorithm}/{name}")
        except KeyError:
            file = None
        if file is None:
            raise ConfigError(f"the saved image has no {digest}", fix="the engine's copy is incomplete: build it again")
        return file

    def document(self, digest: str) -> dict[str, Any]:
        """Return a JSON blob."""
        return dict(json.load(self.blob(digest)))

    def images(self) -> tuple[ArchivedImage, ...]:
        """Return the images of the layout, in its order."""
        file = self._tar.extractfile("index.json")
        index = json.load(file) if file else {}
        return tuple(self._image(entry["digest"]) for entry in index.get("manifests", ()))

    def _image(self, digest: str) -> ArchivedImage:
        document = self.document(digest)
        chosen, attestations = digest, tuple[str, ...]()
        if "manifests" in document:
            chosen, attestations = _platform(document, digest, self._present)
            document = self.document(chosen)
        config = self.document(document["config"]["digest"])
        layers = tuple(layer["digest"] for layer in document["layers"])
        return ArchivedImage(digest, chosen, str(config.get("architecture", "")), config, layers, attestations)

    def _present(self, digest: str) -> bool:
        algorithm, _, name = digest.partition(":")
        return f"blobs/{algorithm}/{name}" in self._tar.getnames()

    def entries(self, image: ArchivedImage) -> Iterator[Entry]:
        """Yield every path of every layer, lowest layer first, white-outs as they stand."""
        for number, digest in enumerate(image.layers):
            yield from self.layer(digest, number)

    def layer(self, digest: str, number: int = 0) -> Iterator[Entry]:
        """Yield every path of one layer, the `number`th of its image."""
        with _plain(self.blob(digest)) as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
            for member in tar:
                yield Entry(
                    layer=number,
                    path=str(PurePosixPath("/", member.name))[1:],
                    mode=member.mode,
                    size=member.size,
                    link=member.linkname if member.issym() else "",
                    regular=member.isreg(),
                    read=lambda tar=tar, member=member: _bytes(tar, member),  # type: ignore[misc]
                )

    def files(self, image: ArchivedImage, wanted: Callable[[str], bool]) -> dict[str, bytes]:
        """Return the wanted regular files of the merged file system, by path without the leading slash."""
        found: dict[str, bytes] = {}
        for entry in self.entries(image):
            folder, _, name = entry.path.rpartition("/")
            if name == OPAQUE:
                _remove(found, folder + "/")
            elif name.startswith(WHITEOUT):
                gone = f"{folder}/{name.removeprefix(WHITEOUT)}".lstrip("/")
                found.pop(gone, None)
                _remove(found, gone + "/")
            elif entry.regular and wanted(entry.path):
                found[entry.path] = entry.read()
            elif not entry.regular:
                found.pop(entry.path, None)
        return found


def _platform(index: Mapping[str, Any], digest: str, present: Callable[[str], bool]) -> tuple[str, tuple[str, ...]]:
    """Choose the manifest that is here: an engine saves the platforms that it has, and the attestations beside."""
    attestations = [
        entry["digest"]
        for entry in index["manifests"]
        if entry.get("annotations", {}).get("vnd.docker.reference.type") == "attestation-manifest"
    ]
    for entry in index["manifests"]:
        if entry["digest"] not in attestations and present(entry["digest"]):
            return entry["digest"], tuple(each for each in attestations if present(each))
    raise ConfigError(f"{digest} has no manifest for this platform")


def _remove(found: dict[str, bytes], prefix: str) -> None:
    for path in [path for path in found if path.startswith(prefix)]:
        del found[path]


def _bytes(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(member)
    return file.read() if file else b""


def _plain(blob: IO[bytes]) -> IO[bytes] | GzipFile | ZstdFile:
    """Decompress a layer by its first bytes: gzip, zstd or none."""
    magic = blob.read(4)
    blob.seek(0)
    if magic[:2] == b"\x1f\x8b":
        import gzip  # noqa: PLC0415 - only for such a layer

        return gzip.GzipFile(fileobj=blob)
    if magic == b"\x28\xb5\x2f\xfd":
        from backports import zstd  # noqa: PLC0415 - only for such a layer

        return zstd.ZstdFile(blob)
    return blob
