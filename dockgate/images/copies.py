"""What a Dockerfile copies with the modes of its context, into an image whose user is not root."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from dockgate.images import copy_instruction, dockerfile_stages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.images.copy_instruction import Copy
    from dockgate.images.dockerfile import Instruction
    from dockgate.images.dockerfile_stages import Stage

_ROOT = re.compile(r"(?:root|0)(?::.*)?$")
_MODES = re.compile(r"\b(?:chmod|chown|install)\b")


class Copied(Struct, frozen=True):
    """Sources of one COPY, its line, and the user of the image."""

    sources: tuple[str, ...]
    line: int
    user: str


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


def _reaching(stage: Stage, every: tuple[Stage, ...], below: str) -> Iterator[tuple[Copy, int]]:
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


def _parsed(said: Instruction) -> Copy | None:
    """Return a copy without the sources whose names only a build knows."""
    copy = copy_instruction.parse(said)
    known = tuple(source for source in copy.sources if "$" not in source) if copy else ()
    return replace(copy, sources=known) if copy and known else None


def _meets(target: str, below: str) -> bool:
    one, other = PurePosixPath(target), PurePosixPath(below)
    return not one.is_absolute() or one.is_relative_to(other) or other.is_relative_to(one)
