"""What a Dockerfile copies with the modes of its context, into an image whose user is not root."""

from __future__ import annotations

import re
import shlex
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.images import dockerfile_stages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.images.dockerfile import Instruction
    from dockgate.images.dockerfile_stages import Stage

_FLAG = re.compile(r"--(\w+)(?:=(\S+))?")
_ROOT = re.compile(r"(?:root|0)(?::.*)?$")
_MODES = re.compile(r"\b(?:chmod|chown|install)\b")
_REMOTE = re.compile(r"(?:https?|git|ssh)://|^git@|^<<")


class Copied(Struct, frozen=True):
    """Sources of one COPY, its line, and the user of the image."""

    sources: tuple[str, ...]
    line: int
    user: str


class _Copy(Struct, frozen=True):
    flags: dict[str, str]
    sources: tuple[str, ...]
    target: str


def is_pattern(source: str) -> bool:
    """Return whether a source has wildcards."""
    return any(sign in source for sign in "*?[")


def unreadable(text: str) -> Iterator[Copied]:
    """Yield what arrives in an image whose user is not root as it is in the context: no flag or command opens it."""
    every = dockerfile_stages.stages(text)
    for stage in dockerfile_stages.images(text)[-1:]:
        user = stage.holding("USER")
        if user and not _ROOT.match(user.text):
            for each, line in _reaching(stage, every, "/"):
                yield Copied(each.sources, line, user.text)


def _reaching(stage: Stage, every: tuple[Stage, ...], below: str) -> Iterator[tuple[_Copy, int]]:
    """Yield the copies of a stage, of those that it stands on, and of those that it copies from, below a path."""
    for each in (stage, *stage.parents):
        if any(said.keyword == "RUN" and _MODES.search(said.text) for said in each.said):
            continue  # it sets modes: which ones, only a build shows
        for said in each.said:
            copy = _parsed(said)
            if copy is None or not _meets(copy.target, below) or {"chmod", "chown"} & copy.flags.keys():
                continue
            source = copy.flags.get("from")
            if source is None:
                yield copy, said.line
            elif found := next((one for one in every if source.lower() in one.names and one is not each), None):
                for path in copy.sources:
                    yield from _reaching(found, every[: every.index(found)], path)


def _parsed(said: Instruction) -> _Copy | None:
    if said.keyword not in ("COPY", "ADD"):
        return None
    text = said.text.partition("\n")[0]
    flags = {}
    while match := _FLAG.match(text):
        flags[match[1].lower()] = match[2] or ""
        text = text[match.end() :].lstrip()
    try:
        words = [word.strip("[],\"'") for word in shlex.split(text)]
    except ValueError:
        return None
    *sources, target = [word for word in words if word] or [""]
    kept = tuple(source for source in sources if not _REMOTE.search(source) and "$" not in source)
    return _Copy(flags, kept, target) if kept else None


def _meets(target: str, below: str) -> bool:
    one, other = PurePosixPath(target), PurePosixPath(below)
    return not one.is_absolute() or one.is_relative_to(other) or other.is_relative_to(one)
