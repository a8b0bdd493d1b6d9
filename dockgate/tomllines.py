"""The lines of a TOML document's tables: tomllib keeps none."""

from __future__ import annotations

import re

_HEADER = re.compile(r"^[ \t]*\[[ \t]*[\"']?([^\s\"'\[\].]+)[\"']?[ \t]*\]", re.MULTILINE)


def headers(text: str) -> dict[str, int]:
    """Return the line of the first `[NAME]` of each name."""
    lines: dict[str, int] = {}
    line, position = 1, 0
    for match in _HEADER.finditer(text):
        line += text.count("\n", position, match.start())
        position = match.start()
        lines.setdefault(match.group(1), line)
    return lines
