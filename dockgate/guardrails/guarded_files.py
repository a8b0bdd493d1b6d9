"""The files that rules look at: env layers, Dockerfiles, what services mount, what is committed beside them."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from dockgate.compose.sources import Role
from dockgate.core.location import Location
from dockgate.guardrails import mounts, unpack
from dockgate.guardrails.evidence import Kind, Skipped, TextFile
from dockgate.guardrails.hit import Hit
from dockgate.images import dockerfiles
from dockgate.system import file_tree, regular_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dockgate.compose.sources import Sources
    from dockgate.core.project import Environment
    from dockgate.env.env_files import Layer

# Folders of the machine itself, which monitoring mounts whole; a single file out of them is looked at.
MACHINE = frozenset(map(Path, ("/", "/etc", "/var", "/var/lib", "/var/run", "/tmp", "/var/tmp")))  # noqa: S108 - named only
MACHINES = "/bin /boot /dev /lib /lib64 /proc /run /sbin /sys /usr /var/lib/containerd /var/lib/docker /var/log".split()
LARGEST = 1_000_000  # bytes; chosen: no Compose file, env file or Dockerfile is as large
# Of what is not written for Dockgate: bundles, data and logs are looked at line by line, too.
LARGEST_BUNDLE = unpack.LARGEST
# Files of a mounted folder; chosen: more than most checkouts have, and half a minute of two processors.
MOST = 10_000


class Files(Struct):
    """Files as they were read, and hits (DG000) for those that could not be; `top` is the folder of the repository."""

    root: Path
    texts: list[TextFile] = field(default_factory=list)
    unread: list[Hit] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    known: dict[tuple[Path, Kind], tuple[TextFile, ...]] = field(default_factory=dict)
    top: Path | None = None

    def add(self, path: Path, kind: Kind, service: str = "", largest: int | None = None) -> None:
        """Read one file; an archive is looked into, an unreadable or a large one is a refusal."""
        shown, most = self.shown(path), largest or LARGEST
        if (path, kind) in self.known:  # five services mount the same sources
            self.texts += [replace(each, service=service) for each in self.known[path, kind]]
            return None
        try:
            status = path.stat()
            with regular_file.opened(path) as file:
                data = file.read(LARGEST_BUNDLE)
        except OSError as error:
            return self.refuse(shown, f"this {kind} cannot be read: {error.strerror}", service)
        binary = unpack.text(data) is None
        if not binary and status.st_size > most:
            return self.refuse(shown, f"this {kind} is larger than {most:,} bytes", service)
        if binary and status.st_size > LARGEST_BUNDLE:
            self.skipped.append(Skipped(shown, f"larger than {LARGEST_BUNDLE:,} bytes: the rest of it"))
        found = tuple(inside(data, TextFile(shown, "", kind, service, status.st_mode & 0o7777), self.skipped))
        self.known[path, kind] = found
        self.texts += found
        return None

    def refuse(self, shown: str, what: str, service: str = "") -> None:
        """Note that something could not be looked at."""
        fix = "make it readable, or exempt DG000 for this path with a reason"
        self.unread.append(Hit(f"could not look: {what}", fix, Location(shown), service=service))

    def shown(self, path: Path) -> str:
        """Return a path as messages name it: seen from the project where the repository has it."""
        return os.path.relpath(path, self.root) if path.is_relative_to(self.top or self.root) else str(path)


def inside(data: bytes, file: TextFile, skipped: list[Skipped]) -> Iterator[TextFile]:
    """Yield the texts of a file: its own, or those of what is packed in it."""

    def path(member: str) -> str:
        return f"{file.path}!{member}" if member else file.path

    def skip(member: str, reason: str) -> None:
        skipped.append(Skipped(path(member), reason))

    for each in unpack.texts(data, skip):
        yield replace(file, path=path(each.name), text=each.text, binary=each.binary)


def layers(files: Files, environment: Environment) -> None:
    """Add the env files of an environment, the local one if it is there."""
    for path in (*environment.layers, environment.local):
        if path and (files.root / path).exists():
            files.add(files.root / path, Kind.LAYER)


def served(files: Files, read: Iterable[Layer]) -> None:
    """Add the env files that services name."""
    for layer in read:
        files.add(files.root / layer.path, Kind.LAYER)


def stray(files: Files, names: Iterable[str], environment: Environment) -> None:
    """Add env files that only Compose run by hand would read; layers of the environment are looked at as such."""
    for name in names:
        if name not in (*environment.layers, environment.local) and (files.root / name).is_file():
            files.add(files.root / name, Kind.STRAY)


def mounted(files: Files, model: Mapping[str, Any]) -> frozenset[str]:
    """Add every file that a service mounts, trees of the machine itself left out; return the mounted folders."""
    folders = set[str]()
    files.skipped += [Skipped(str(path), "a folder of this machine") for path in _machines(model, files.root)]
    for service, source in _sources(model, files.root):
        if os.path.isdir(source):  # noqa: PTH112 - Path raises without permission
            folders.add(str(source))
            _folder(files, source, service)
        else:
            _file(files, source, service)
    return frozenset(folders)


def _file(files: Files, path: Path, service: str) -> None:
    """Add a mounted file; one that is not there yet becomes an empty folder."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError:
        pass  # there is something: reading it fails again, and is refused
    files.add(path, Kind.MOUNTED, service, LARGEST_BUNDLE)


def _folder(files: Files, folder: Path, service: str) -> None:
    def refuse(path: Path, what: str) -> None:
        files.refuse(files.shown(path), what, service)

    unread = partial(refuse, what="this mounted folder cannot be read")
    tools: list[Path] = []
    for number, path in enumerate(file_tree.walk(folder, unread=unread, skipped=tools.append)):
        if number >= MOST:
            return refuse(folder, f"a mounted folder of over {MOST:,} files")
        files.add(path, Kind.MOUNTED, service, LARGEST_BUNDLE)
    files.skipped += [Skipped(files.shown(each), "a folder that tools fill") for each in tools]
    return None


def sources(model: Mapping[str, Any], root: Path) -> Iterator[Path]:
    """Yield what the services mount from this machine, as far as it is looked at."""
    return (source for _, source in _sources(model, root))


def missing(model: Mapping[str, Any], given: str) -> frozenset[str]:
    """Return the paths that services mount and that do not exist, but for those that a start makes below `given`."""
    every = {path for service in model.get("services") or {} for path in mounts.sources(model, service)}
    return frozenset(each for each in every if not each.startswith(f"{given}/") and not os.path.lexists(each))


def _machines(model: Mapping[str, Any], root: Path) -> Iterator[Path]:
    every = (Path(path) for service in model.get("services") or {} for path in mounts.sources(model, service))
    yield from (path for path in every if not path.is_relative_to(root) and path.is_dir() and _is_machines(path))


def _sources(model: Mapping[str, Any], root: Path) -> Iterator[tuple[str, Path]]:
    for service in model.get("services") or {}:
        for path in map(Path, mounts.sources(model, service)):
            if path.is_relative_to(root) or not _is_machines(path):
                yield service, path


def _is_machines(path: Path) -> bool:
    """Return whether a path is a folder of the machine, or a socket, pipe or device, which holds no text."""
    if os.path.isdir(path):  # noqa: PTH112 - Path raises without permission, and then the reading is refused
        return path in MACHINE or any(path.is_relative_to(tree) for tree in MACHINES)
    return os.path.exists(path) and not os.path.isfile(path)  # noqa: PTH110, PTH113 - as above


def committed(files: Files, read: Iterable[Sources]) -> None:
    """Add Dockerfiles, and what Compose reads as committed files: its own files, and those that they name."""
    every = tuple(read)
    named = (path for each in every for path in each.of(Role.DOCKERFILE))
    for path in dict.fromkeys((*dockerfiles.find(files.root), *named)):
        if path.exists():
            files.add(path, Kind.DOCKERFILE)
    for path in dict.fromkeys(path for each in every for path in each.of(Role.COMPOSE, Role.LABELS)):
        if path.exists():
            files.add(path, Kind.COMMITTED)


def copied(files: Files, paths: Iterable[Path]) -> None:
    """Add what images are made of, Dockerfiles left out."""
    for path in paths:
        if not dockerfiles.is_dockerfile(path.name):
            files.add(path, Kind.COPIED, largest=LARGEST_BUNDLE)


def tracked(files: Files, names: Iterable[str]) -> None:
    """Add what git tracks, as the working tree has it; links and submodules hold no text of their own."""
    for name in sorted(names):
        path = files.root / name
        if path.is_file() and not path.is_symlink():
            files.add(path, _kind(name), largest=LARGEST_BUNDLE)


def _kind(name: str) -> Kind:
    return Kind.DOCKERFILE if dockerfiles.is_dockerfile(PurePosixPath(name).name) else Kind.COMMITTED


def of_index(contents: Mapping[str, bytes]) -> Files:
    """Return what is about to be committed as files: Dockerfiles as such, everything else as committed."""
    files = Files(Path())
    for path, data in contents.items():
        files.texts += inside(data, TextFile(path, "", _kind(path)), files.skipped)
    return files
