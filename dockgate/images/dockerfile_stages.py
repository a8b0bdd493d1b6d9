"""The stages of a Dockerfile: what each says, what it inherits, and which of them become images."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.images import dockerfile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.images.dockerfile import Instruction

RUNS = ("CMD", "ENTRYPOINT")
_FROM = re.compile(r"(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?", re.IGNORECASE)
_USES = re.compile(r"(?:--|[,=])from=([^\s,]+)")


class Stage(Struct, frozen=True):
    """One stage: its number and names, its base, its instructions, and the stages that it stands on, nearest first."""

    names: frozenset[str]
    base: str
    said: tuple[Instruction, ...]
    parents: tuple[Stage, ...]

    def own(self, *keywords: str) -> Instruction | None:
        """Return its last instruction of these kinds."""
        return next((each for each in reversed(self.said) if each.keyword in keywords), None)

    def holding(self, *keywords: str) -> Instruction | None:
        """Return the last instruction of these kinds that holds for it, its own or inherited."""
        found = (each.own(*keywords) for each in (self, *self.parents))
        return next((each for each in found if each), None)

    def uses(self) -> Iterator[str]:
        """Yield what it is made with: its base, and what it copies or mounts from."""
        yield self.base
        for each in self.said:
            if each.keyword in ("COPY", "RUN"):
                yield from (name.lower() for name in _USES.findall(each.text))


def stages(text: str) -> tuple[Stage, ...]:
    """Return the stages, in the order of the file."""
    found: list[Stage] = []
    for number, said in groupby(dockerfile.instructions(text), lambda each: each.stage):
        first, *rest = said
        if number >= 0 and (match := _FROM.match(first.text)):
            base, name = match[1].lower(), (match[2] or "").lower()
            parent = next((each for each in reversed(found) if base in each.names), None)
            parents = (parent, *parent.parents) if parent else ()
            found.append(Stage(frozenset({str(number), name} - {""}), base, (first, *rest), parents))
    return tuple(found)


def left_behind(text: str) -> frozenset[str]:
    """Return the numbers of the stages that others copy from, and on which no image stands: none has their history."""
    every = stages(text)
    kept = {name for stage in images(text) for each in (stage, *stage.parents) for name in each.names}
    copied = {name for each in every for name in each.uses() if name != each.base}
    made = {name for stage in every if stage.names & copied for each in (stage, *stage.parents) for name in each.names}
    return frozenset(made - kept)


def images(text: str) -> tuple[Stage, ...]:
    """Return the stages that become images: the last one, and each that says what to run and makes no other one."""
    every = stages(text)
    used = {name for each in every for name in each.uses()}
    return tuple(each for each in every if each is every[-1] or (each.own(*RUNS) and not each.names & used))
