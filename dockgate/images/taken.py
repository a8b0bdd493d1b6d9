"""What a build takes out of its contexts: into the image, or only for one of its steps; pure."""

from __future__ import annotations

import posixpath
import re
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.images import copy_instruction, dockerfile, dockerfile_stages

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from dockgate.images.copy_instruction import Copy
    from dockgate.images.dockerfile_stages import Stage

EVERYTHING = "."
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::?-([^}$]*))?\}|(\w+))")
_MOUNT = re.compile(r"--mount=(\S+)")


class Taken(Struct, frozen=True):
    """A path or pattern in a context, where it goes, and the path below which the image keeps it (None: it does not).

    `context` is empty for the build's own, `target` where only a build knows the folder.
    """

    source: str
    context: str
    line: int
    target: str
    single: bool
    excluded: tuple[str, ...] = ()
    kept: str | None = None

    def keeps(self, inside: str) -> bool:
        """Return whether the image keeps a file; `inside` is its path below the source, empty for the source itself."""
        if self.kept is None:
            return False
        if self.kept == "/":
            return True
        name = posixpath.basename(self.source) if not inside and not self.single else inside
        place, kept = (PurePosixPath(path).parts for path in (posixpath.join(self.target, name), self.kept))
        return not self.target or (len(place) >= len(kept) and all(map(fnmatchcase, place, kept)))


def of(text: str, target: str, given: Mapping[str, str], named: Collection[str]) -> Iterator[Taken]:
    """Yield what a build of a stage (`target`, empty: the last) takes; `named` are its additional contexts.

    `given` are build arguments. What is kept comes first.
    """
    every = dockerfile_stages.stages(text)
    wanted = next((each for each in every if target.lower() in each.names), None) if target else None
    if last := wanted or (every[-1] if every else None):
        build = _Build(every, _arguments(text) | dict(given), frozenset(named))
        yield from dict.fromkeys((*build.kept(last, "/"), *build.seen(last)))


class _Build(Struct, frozen=True):
    every: tuple[Stage, ...]
    values: dict[str, str]
    named: frozenset[str]

    def kept(self, stage: Stage, below: str) -> Iterator[Taken]:
        """Yield what a stage holds below a path, by itself, from those that it stands on, or copied from others."""
        for copy, line, target in self._copies(stage):
            source = copy.flags.get("from", "")
            if source in self.named or not source:
                yield from self._taken(copy, source, line, target, below)
            elif (other := self._stage(source, stage)) and _meets(target, below):
                for path in copy.sources:
                    yield from self.kept(other, _filled(f"/{path.lstrip('/')}", self.values) or "/")

    def seen(self, stage: Stage) -> Iterator[Taken]:
        """Yield what steps of a stage, and of those that it needs, read: copied or mounted."""
        needed = [stage]
        for each in needed:
            needed += [other for name in each.uses() if (other := self._stage(name, each)) and other not in needed]
            needed += [parent for parent in each.parents if parent not in needed]
        for each in needed:
            for copy, line, target in self._copies(each):
                if (source := copy.flags.get("from", "")) in self.named or not source:
                    yield from self._taken(copy, source, line, target, None)
            for said in each.said:
                if said.keyword == "RUN":
                    yield from self._mounted(said.text, said.line)

    def _taken(self, copy: Copy, context: str, line: int, target: str, below: str | None) -> Iterator[Taken]:
        single = len(copy.sources) == 1 and not copy.target.endswith(("/", "."))
        for each in copy.sources:
            source = _filled(each, self.values) or each
            folder = posixpath.join(target, posixpath.dirname(source)) if "parents" in copy.flags and target else target
            yield Taken(source.lstrip("/") or EVERYTHING, context, line, folder, single, copy.excluded, below)

    def _mounted(self, text: str, line: int) -> Iterator[Taken]:
        for options in _MOUNT.findall(text):
            said = dict(option.partition("=")[::2] for option in options.split(","))
            source = said.get("from", "")
            if said.get("type", "bind") == "bind" and (not source or source in self.named):
                path = said.get("source") or said.get("src") or EVERYTHING
                yield Taken(
                    (_filled(path, self.values) or path).lstrip("/") or EVERYTHING, source, line, "", single=True
                )

    def _copies(self, stage: Stage) -> Iterator[tuple[Copy, int, str]]:
        """Yield the copies of a stage and of those that it stands on, with the folder that each goes to."""
        folder = "/" if stage.base == "scratch" else ""
        for each in (*reversed(stage.parents), stage):
            for said in each.said:
                if said.keyword == "WORKDIR":
                    folder = _joined(folder, _filled(said.text.strip("\"'"), self.values))
                elif copy := copy_instruction.parse(said):
                    yield copy, said.line, _joined(folder, _filled(copy.target, self.values))

    def _stage(self, name: str, user: Stage) -> Stage | None:
        known = self.every[: self.every.index(user)]
        return next((each for each in reversed(known) if name.lower() in each.names), None)


def _arguments(text: str) -> dict[str, str]:
    """Return the values that a Dockerfile gives to its variables, as far as it states them."""
    found: dict[str, str] = {}
    for each in dockerfile.instructions(text):
        if each.keyword in ("ARG", "ENV"):
            for name, value in dockerfile.pairs(each):
                found[name] = _filled(value, found) or value
    return found


def _filled(text: str, values: Mapping[str, str]) -> str:
    """Return a path with its variables put in, empty where one is not known."""
    text = _VARIABLE.sub(lambda match: values.get(match[1] or match[3]) or match[2] or match[0], text)
    return "" if "$" in text else text


def _joined(folder: str, name: str) -> str:
    """Return where a path leads from a folder, empty where that is not known."""
    return posixpath.normpath(posixpath.join(folder, name)) if name and (folder or name.startswith("/")) else ""


def _meets(target: str, below: str) -> bool:
    return not target or all(map(fnmatchcase, PurePosixPath(target).parts, PurePosixPath(below).parts))
