"""The files that rules look at: env layers, Dockerfiles, what services mount, what is committed beside them."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from dockgate.guardrails.evidence import Kind, TextFile
from dockgate.guardrails.rule import Hit
from dockgate.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from dockgate.project import Environment

# Folders of tools, never written by hand and never part of a build.
SKIPPED = frozenset(
    ".git .hg .venv venv .nox .tox node_modules __pycache__ .dockgate .mypy_cache .ruff_cache .pytest_cache "
    ".hypothesis .terraform vendor".split()
)
LARGEST = 1_000_000
MOST = 2_000
BINARY_HEAD = 8_000


@dataclass(slots=True)
class Files:
    """Files as they were read, and hits (DG000) for those that could not be."""

    root: Path
    texts: list[TextFile] = field(default_factory=list)
    unread: list[Hit] = field(default_factory=list)

    def add(self, path: Path, kind: Kind, service: str = "") -> None:
        """Read one file; a binary one has no lines to look at, an unreadable one is a refusal."""
        shown = self._shown(path)
        try:
            status = path.stat()
            data = path.read_bytes() if status.st_size <= LARGEST else None
        except OSError as error:
            return self.refuse(shown, f"this {kind} cannot be read: {error.strerror}", service)
        if data is None:
            return self.refuse(shown, f"this {kind} is larger than {LARGEST:,} bytes", service)
        if b"\0" not in data[:BINARY_HEAD]:
            text = data.decode("utf-8", "replace")
            self.texts.append(TextFile(shown, text, kind, service, status.st_mode & 0o7777))
        return None

    def refuse(self, shown: str, what: str, service: str = "") -> None:
        """Note that something could not be looked at."""
        fix = "make it readable, or exempt DG000 for this path with a reason"
        self.unread.append(Hit(f"could not look: {what}", fix, Origin(shown), service=service))

    def _shown(self, path: Path) -> str:
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)


def layers(files: Files, environment: Environment) -> None:
    """Add the env files of an environment, the local one if it is there."""
    for path in (*environment.layers, environment.local):
        if path and (files.root / path).exists():
            files.add(files.root / path, Kind.LAYER)


def mounted(files: Files, model: Mapping[str, Any]) -> frozenset[str]:
    """Add every file that a service mounts out of the project; return the mounted folders."""
    folders = set[str]()
    for service, source in _sources(model):
        if not source.is_relative_to(files.root):
            continue
        if source.is_dir():
            folders.add(str(source))
            _folder(files, source, service)
        elif source.exists():
            files.add(source, Kind.MOUNTED, service)
    return frozenset(folders)


def _folder(files: Files, folder: Path, service: str) -> None:
    for number, path in enumerate(walk(folder)):
        if number >= MOST:
            return files.refuse(
                str(folder.relative_to(files.root)), f"a mounted folder of over {MOST:,} files", service
            )
        files.add(path, Kind.MOUNTED, service)
    return None


def sources(model: Mapping[str, Any]) -> Iterator[Path]:
    """Go through what the services mount from this machine."""
    return (source for _, source in _sources(model))


def _sources(model: Mapping[str, Any]) -> Iterator[tuple[str, Path]]:
    for service, entry in model.get("services", {}).items():
        for mount in entry.get("volumes") or ():
            if mount.get("type") == "bind" and mount.get("source"):
                yield service, Path(mount["source"])
        for used in entry.get("configs") or ():
            path = (model.get("configs", {}).get(used.get("source")) or {}).get("file")
            if path:
                yield service, Path(path)


def committed(files: Files, compose: Iterable[str]) -> None:
    """Add Dockerfiles, and the Compose files as committed files."""
    for path in walk(files.root, is_dockerfile):
        files.add(path, Kind.DOCKERFILE)
    for name in dict.fromkeys(compose):
        if (files.root / name).exists():
            files.add(files.root / name, Kind.COMMITTED)


def is_dockerfile(name: str) -> bool:
    """Tell whether a file of this name is a Dockerfile."""
    stem, _, suffix = name.partition(".")
    return (stem in ("Dockerfile", "Containerfile") and suffix != "dockerignore") or name.lower().endswith(
        ".dockerfile"
    )


def of_index(contents: Mapping[str, bytes]) -> tuple[TextFile, ...]:
    """Return what is about to be committed as files: Dockerfiles as such, everything else as committed."""
    return tuple(
        TextFile(
            path,
            data.decode("utf-8", "replace"),
            Kind.DOCKERFILE if is_dockerfile(PurePosixPath(path).name) else Kind.COMMITTED,
        )
        for path, data in contents.items()
        if b"\0" not in data[:BINARY_HEAD]
    )


def walk(folder: Path, wanted: Callable[[str], bool] = lambda _name: True) -> Iterator[Path]:
    """Go through the files of these names below a folder, in a stable order; folders of tools are left out."""
    for base, names, found in os.walk(folder):
        names[:] = sorted(name for name in names if name not in SKIPPED)
        for name in sorted(filter(wanted, found)):
            path = Path(base, name)
            if path.is_file():
                yield path
