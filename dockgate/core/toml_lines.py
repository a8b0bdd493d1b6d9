"""The lines of a TOML document's tables and keys: tomllib keeps none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "tool.dockgate"  # left out in dockgate.toml
_HEADER = re.compile(r"^[ \t]*\[[ \t]*[\"']?([^\s\"'\[\].]+)[\"']?[ \t]*[\].]", re.MULTILINE)
_WHOLE = re.compile(r"[ \t]*\[([^\[\]]+)\]")
_ENTRY = re.compile(r"[ \t]*\[\[([^\[\]]+)\]\]")
_KEY = re.compile(r"[ \t]*[\"']?([^\s\"'\[\].=#]+)[\"']?[ \t]*[=.]")


def of(text: str, path: str, key: str) -> int:
    """Return the line of a key in the table at a dotted path, which the text may write without the prefix.

    0 where it is not there; where the table is written in another one's line, that line.
    """
    first = next(_named(text, path, _WHOLE), 0 if path == PREFIX else None)
    if first is not None:
        return keys(text, first).get(key, first)
    above, _, last = path.rpartition(".")
    return of(text, above, last) if above.startswith(PREFIX) else 0


def entries(text: str, path: str) -> tuple[int, ...]:
    """Return the lines of the entries `[[path]]` of an array of tables, which the text may write without the prefix."""
    return tuple(_named(text, path, _ENTRY))


def _named(text: str, path: str, header: re.Pattern[str]) -> Iterator[int]:
    """Yield the lines of the headers of a path, however its names are quoted and parted."""
    names = {path, path.removeprefix(f"{PREFIX}.")}
    for number, line in enumerate(text.splitlines(), 1):
        match = header.match(line)
        if match and re.sub(r"[\"'\s]", "", match.group(1)) in names:
            yield number


def headers(text: str) -> dict[str, int]:
    """Return the line of the first `[NAME]` or `[NAME.…]` of each name."""
    lines: dict[str, int] = {}
    line, position = 1, 0
    for match in _HEADER.finditer(text):
        line += text.count("\n", position, match.start())
        position = match.start()
        lines.setdefault(match.group(1), line)
    return lines


def keys(text: str, first: int) -> dict[str, int]:
    """Return the lines of the keys in the table whose header is in line `first`, or in front of all headers with 0."""
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines()[first:], first + 1):
        if _HEADER.match(line):
            break
        if match := _KEY.match(line):
            lines.setdefault(match.group(1), number)
    return lines
