"""What services' own builds (`build:`) take from this machine: read as BuildKit does, with the rules of .dockerignore.

BuildKit is sent nothing of a context that no instruction names: a git-ignored env file beside `build: .` is none of an
image's, unless `COPY . .` takes it.
"""

from __future__ import annotations

import os
import posixpath
from fnmatch import fnmatchcase
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from dockgate.core.errors import ConfigError
from dockgate.guardrails.evidence import Kind, Skipped
from dockgate.images import copies, dockerignore, taken
from dockgate.secrets.fingerprints import fingerprint_file
from dockgate.system import file_tree, regular_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from e2b_dockerfile_utils import PatternMatcher

    from dockgate.core.project import Environment, Project
    from dockgate.guardrails.guarded_files import Files
    from dockgate.images.taken import Taken

MOST = 10_000  # files of all builds of an environment; chosen, as for mounted folders
MOST_BYTES = 200_000_000  # of all of them
LARGEST = 20_000_000  # bytes of one file


class Build(Struct, frozen=True):
    """One service's build: its contexts by name (empty: its own), its Dockerfile, its arguments and secrets."""

    service: str
    folders: Mapping[str, Path]
    dockerfile: str
    inline: str
    target: str
    arguments: Mapping[str, str]
    secrets: tuple[Path, ...]

    @property
    def place(self) -> Path:
        """Return the path of its Dockerfile."""
        return Path(os.path.normpath(self.folders[""] / self.dockerfile))

    def text(self) -> str:
        """Return its Dockerfile; OSError where it cannot be read."""
        return self.inline or regular_file.text(self.place)


class Reached(Struct, frozen=True):
    """A file that a build takes, by which line of its Dockerfile, and whether the image keeps it."""

    path: Path
    build: Build
    line: int
    kept: bool


def builds(model: Mapping[str, Any]) -> Iterator[Build]:
    """Yield the builds of a model whose contexts are folders of this machine."""
    table = model.get("secrets") or {}
    for service, entry in (model.get("services") or {}).items():
        build = entry.get("build") or {}
        own = str(build.get("context") or "")
        if not own.startswith("/"):
            continue
        extra = {name: Path(path) for name, path in (build.get("additional_contexts") or {}).items() if _local(path)}
        files = ((table.get(each.get("source")) or {}).get("file") for each in build.get("secrets") or ())
        yield Build(
            service,
            {"": Path(own), **extra},
            str(build.get("dockerfile") or dockerignore.DOCKERFILE),
            str(build.get("dockerfile_inline") or ""),
            str(build.get("target") or ""),
            {name: str(value) for name, value in (build.get("args") or {}).items() if value is not None},
            tuple(Path(file) for file in files if file),
        )


def seen(project: Project, environment: Environment, model: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a model where something could be found in its builds: nothing is read for an environment that is alone."""
    others = (each for each in project.environments.values() if each.protected or not each.is_development)
    known = (project.root / fingerprint_file.FILE).exists() or any(
        each.protected or each.name != environment.name for each in others
    )
    return model if known else {}


def inputs(model: Mapping[str, Any]) -> Iterator[Path]:
    """Yield every file that decides what is found in builds: for the key of a report."""
    for build in builds(model):
        yield from build.secrets
        if not build.inline:
            yield build.place
        for folder in build.folders.values():
            yield from dockerignore.files(folder, build.dockerfile)
    yield from (each.path for each in islice(_bounded(model, lambda _path, _why: None), MOST + 1))


def collect(files: Files, model: Mapping[str, Any]) -> dict[str, str]:
    """Add what the builds take, what an image keeps before what it does not; return the lines that take each."""
    found: dict[Path, Reached] = {}

    def skip(path: Path, why: str) -> None:
        files.skipped.append(Skipped(files.shown(path), why))

    for each in _bounded(model, skip):
        if each.path not in found or (each.kept and not found[each.path].kept):
            found[each.path] = each
    for path, each in found.items():
        files.add(path, Kind.BUILT if each.kept else Kind.SENT, each.build.service, LARGEST)
    for build in builds(model):
        for path in build.secrets:
            if path.exists():
                files.add(path, Kind.BUILD_SECRET, build.service)
    return {files.shown(path): _by(files, each) for path, each in found.items()}


def _by(files: Files, each: Reached) -> str:
    return f"{'dockerfile_inline' if each.build.inline else files.shown(each.build.place)}:{each.line}"


def _bounded(model: Mapping[str, Any], skip: Callable[[Path, str], None]) -> Iterator[Reached]:
    """Yield what the builds take, up to the bounds: once for each path and whether it is kept."""
    seen = set[tuple[Path, bool]]()
    size = 0
    for each in _reached(model, skip):
        if (each.path, True) in seen or (each.path, each.kept) in seen:
            continue
        seen.add((each.path, each.kept))
        try:
            bytes_here = each.path.stat().st_size
        except OSError:
            bytes_here = 0  # reading it fails again, and is refused
        if bytes_here > LARGEST:
            skip(each.path, f"larger than {LARGEST:,} bytes, in a build's context")
            continue
        size += bytes_here
        if len(seen) > MOST or size > MOST_BYTES:
            skip(each.build.folders[""], f"a build's context of over {MOST:,} files or {MOST_BYTES:,} bytes: the rest")
            return
        yield each


def _reached(model: Mapping[str, Any], skip: Callable[[Path, str], None]) -> Iterator[Reached]:
    walked: dict[tuple[Path, Path, str], list[tuple[Path, str]]] = {}  # services often share a context
    for build in builds(model):
        try:
            every = tuple(taken.of(build.text(), build.target, build.arguments, build.folders))
        except OSError:
            continue  # Compose itself names a Dockerfile that is not there
        ignored = {}
        for name, folder in build.folders.items():
            try:
                ignored[name] = dockerignore.read(folder, dockerfile=build.dockerfile)
            except (ConfigError, OSError):
                skip(folder, "a build's context whose .dockerignore cannot be read")
        for each in every:
            if "$" in each.source:
                skip(build.place, f"what line {each.line} takes: only the build knows {each.source}")
            elif each.context in ignored:
                yield from _files(build, each, partial(_walked, walked, build, ignored[each.context], skip))


def _walked(
    walked: dict[tuple[Path, Path, str], list[tuple[Path, str]]],
    build: Build,
    ignore: PatternMatcher,
    skip: Callable[[Path, str], None],
    place: tuple[Path, Path],
) -> list[tuple[Path, str]]:
    """Return the files of a source with their paths in it, walked once for all builds with the same rules."""
    source, folder = place
    rules = next((file for file in dockerignore.files(folder, build.dockerfile) if file.is_file()), None)
    key = (source, folder, str(rules))
    if key not in walked:
        every = islice(_below(source, folder, ignore, skip), MOST + 1)
        walked[key] = [(path, path.relative_to(source).as_posix() if path != source else "") for path in every]
    return walked[key]


def _files(build: Build, each: Taken, walk: Callable[[tuple[Path, Path]], list[tuple[Path, str]]]) -> Iterator[Reached]:
    folder = build.folders[each.context]
    for source in _named(folder, each.source):
        for path, inside in walk((source, folder)):
            if not any(fnmatchcase(inside or path.name, pattern) for pattern in each.excluded):
                one = each if inside else _at(each, source, folder)
                yield Reached(path, build, each.line, one.keeps(inside))


def _at(each: Taken, source: Path, folder: Path) -> Taken:
    from msgspec.structs import replace  # noqa: PLC0415 - only for a single file

    return replace(each, source=source.relative_to(folder).as_posix())


def _named(folder: Path, source: str) -> Iterator[Path]:
    """Yield what one source of a COPY means in a context; what lies outside is none of it."""
    plain = posixpath.normpath(source)
    every = sorted(folder.glob(plain)) if copies.is_pattern(plain) else [Path(os.path.normpath(folder / plain))]
    yield from (path for path in every if path.is_relative_to(folder))


def _below(source: Path, folder: Path, ignore: PatternMatcher, skip: Callable[[Path, str], None]) -> Iterator[Path]:
    """Yield the files of a source that are not ignored, env files first: they come before any bound."""
    ignored = dockerignore.by_folder(ignore)
    if not source.is_dir():
        if source.is_file() and not ignored(source.relative_to(folder).as_posix()):
            yield source
        return
    for base, folders, names in os.walk(source):
        inside = os.path.relpath(base, folder)
        start = "" if inside == "." else f"{inside}/"
        for name in sorted(file_tree.SKIPPED.intersection(folders)):
            if not ignored(start + name):
                skip(Path(base, name), "a folder that tools fill, in a build's context")
        kept = (name for name in folders if name not in file_tree.SKIPPED)
        folders[:] = sorted(
            (name for name in kept if not ignored(start + name) or ignore.may_match_under(start + name)), key=_hidden
        )
        for name in sorted(names, key=_hidden):
            path = Path(base, name)
            if not ignored(start + name) and path.is_file() and not path.is_symlink():
                yield path


def _hidden(name: str) -> tuple[bool, str]:
    return not name.startswith("."), name


def _local(path: object) -> bool:
    return str(path).startswith("/")
