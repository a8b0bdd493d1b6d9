"""What other users of this machine could not read: a container's user is one of them, unless its number is the owner's.

A clone under `umask 077` has such files throughout. Tracked files are looked at, and what a mount names itself: a
private file that a person put beside them is none of the container's business.
"""

from __future__ import annotations

import os
import stat
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from dockgate.guardrails import mounts
from dockgate.images import copies

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping


class Closed(Struct, frozen=True):
    """The first path below a source that users other than its owner and group cannot read."""

    path: str
    mode: int
    uid: int
    gid: int

    @property
    def folder(self) -> bool:
        """Return whether it is a folder."""
        return stat.S_ISDIR(self.mode)

    def opens(self, uid: int, groups: Collection[int]) -> bool:
        """Return whether a user could read it after all: its owner, or a member of its group."""
        wanted = 0o5 if self.folder else 0o4
        shift = 6 if uid == self.uid else 3 if self.gid in groups else 0
        return (self.mode >> shift) & wanted == wanted

    def __str__(self) -> str:
        """Return the mode and the owner, as `ls -ln` has them."""
        return f"mode {stat.S_IMODE(self.mode):04o}, uid {self.uid}, gid {self.gid}"


def mounted(model: Mapping[str, Any], root: Path, tracked: Collection[str] | None) -> dict[str, Closed]:
    """Return what is closed of each source that services mount."""
    every = {path for service in model.get("services") or {} for path in mounts.sources(model, service)}
    found = ((path, _first(_below(path, root, tracked or ()))) for path in sorted(every))
    return {path: closed for path, closed in found if closed}


def copied(
    files: Iterable[tuple[str, str]], model: Mapping[str, Any], root: Path, tracked: Collection[str] | None
) -> dict[str, Closed]:
    """Return what is closed of each source that a Dockerfile copies into an image for a user that is not root.

    `files` are Dockerfiles by path in the project, with their texts.
    """
    found: dict[str, Closed] = {}
    for path, text in files:
        for source in (source for each in copies.unreadable(text) for source in each.sources):
            for place in paths(source, path, model, root):
                if closed := _first(_below(place, root, tracked or ())):
                    found[place] = closed
    return found


def paths(source: str, path: str, model: Mapping[str, Any], root: Path) -> Iterator[str]:
    """Yield the paths that one source of a COPY means, in each context that a Dockerfile (`path`) is built with."""
    for context in contexts(path, model, root):
        found = sorted(Path(context).glob(source.lstrip("/"))) if copies.is_pattern(source) else ()
        yield from map(str, found) if found else (os.path.normpath(f"{context}/{source}"),)


def contexts(path: str, model: Mapping[str, Any], root: Path) -> tuple[str, ...]:
    """Return the folders with which services build a Dockerfile; its own, where none does."""
    entries = (model.get("services") or {}).values()
    found = dict.fromkeys(str(entry["build"]["context"]) for entry in entries if builds(path, entry, root))
    return tuple(found) or (str((root / path).parent),)


def builds(path: str, entry: Mapping[str, Any], root: Path) -> bool:
    """Return whether a service is built with a Dockerfile of the project."""
    build = entry.get("build") or {}
    context, name = str(build.get("context") or ""), str(build.get("dockerfile") or "Dockerfile")
    return context.startswith("/") and os.path.normpath(PurePosixPath(context, name)) == str(root / path)


def _below(source: str, root: Path, tracked: Collection[str]) -> Iterator[str]:
    """Yield a source, and the tracked files below it with their folders."""
    yield source
    place = PurePosixPath(source)
    if place.is_relative_to(str(root)):
        inside = str(place.relative_to(str(root)))
        start = "" if inside == "." else f"{inside}/"
        yield from _tree(start, frozenset(tracked), str(root))


@cache
def _tree(start: str, tracked: frozenset[str], root: str) -> tuple[str, ...]:
    names = sorted(name for name in tracked if name.startswith(start))
    folders = {str(each) for name in names for each in PurePosixPath(name).parents if str(each).startswith(start)}
    return tuple(f"{root}/{name}" for name in (*sorted(folders - {"."}), *names))


def _first(every: Iterable[str]) -> Closed | None:
    for path in every:
        try:
            status = os.stat(path)  # noqa: PTH116 - thousands of them
        except OSError:
            continue  # DG329 says what is missing
        wanted = 0o5 if stat.S_ISDIR(status.st_mode) else 0o4
        if (status.st_mode & wanted) != wanted and (stat.S_ISDIR(status.st_mode) or stat.S_ISREG(status.st_mode)):
            return Closed(path, status.st_mode, status.st_uid, status.st_gid)
    return None
