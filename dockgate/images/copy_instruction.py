"""One COPY or ADD: its flags, its sources in the context, and where they go."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from dockgate.images.dockerfile import Instruction

_FLAG = re.compile(r"--([\w-]+)(?:=(\S+))?")
_REMOTE = re.compile(r"(?:https?|git|ssh)://|^git@|^<<")


class Copy(Struct, frozen=True):
    """Flags by name, the patterns of `--exclude`, sources without remote ones, and the target."""

    flags: dict[str, str]
    excluded: tuple[str, ...]
    sources: tuple[str, ...]
    target: str


def parse(said: Instruction) -> Copy | None:
    """Return what an instruction copies out of a context or a stage, None where that is nothing."""
    if said.keyword not in ("COPY", "ADD"):
        return None
    text = said.text.partition("\n")[0]
    given = []
    while match := _FLAG.match(text):
        given.append((match[1].lower(), match[2] or ""))
        text = text[match.end() :].lstrip()
    try:
        words = [word.strip("[],\"'") for word in shlex.split(text)]
    except ValueError:
        return None
    *sources, target = [word for word in words if word] or [""]
    kept = tuple(source for source in sources if not _REMOTE.search(source))
    excluded = tuple(value for name, value in given if name == "exclude")
    return Copy(dict(given), excluded, kept, target) if kept else None
