"""`.dockerignore`: which files of a build context count."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from pathlib import Path

PARTS = re.compile(r"\*\*/|\*\*|\*|\?|\[[^]]+\]|.", re.DOTALL)
TRANSLATED = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


class Ignore(Struct, frozen=True):
    """The patterns of one file in order, each with whether it brings back (`!`): the last that matches decides."""

    patterns: tuple[tuple[re.Pattern[str], bool], ...] = ()

    def __call__(self, path: str) -> bool:
        """Tell whether a path, relative to the context, is left out."""
        ignored = False
        for pattern, back in self.patterns:
            if pattern.fullmatch(path):
                ignored = not back
        return ignored


def read(context: Path) -> Ignore:
    """Return the patterns of a context's `.dockerignore`, none where it has no such file."""
    file = context / ".dockerignore"
    return parse(file.read_text(encoding="utf-8")) if file.is_file() else Ignore()


def parse(text: str) -> Ignore:
    """Read patterns (docs.docker.com/build/concepts/context, ".dockerignore files")."""
    lines = (line.strip() for line in text.splitlines() if not line.startswith("#"))
    return Ignore(tuple(_pattern(line) for line in lines if line.strip("!")))


def _pattern(line: str) -> tuple[re.Pattern[str], bool]:
    back = line.startswith("!")
    path = line.removeprefix("!").strip().strip("/").removeprefix("./")
    body = "".join(_translate(part) for part in PARTS.findall(path))
    return re.compile(f"{body}(?:/.*)?"), back


def _translate(part: str) -> str:
    if part.startswith("[") and part.endswith("]"):
        return part
    return TRANSLATED.get(part) or re.escape(part)
