"""The lines of a TOML document's tables and keys: tomllib keeps none."""

from __future__ import annotations

import re

_HEADER = re.compile(r"^[ \t]*\[[ \t]*[\"']?([^\s\"'\[\].]+)[\"']?[ \t]*[\].]", re.MULTILINE)
_KEY = re.compile(r"[ \t]*[\"']?([^\s\"'\[\].=#]+)[\"']?[ \t]*[=.]")


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
