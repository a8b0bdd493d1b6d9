"""The lines of a TOML document's tables and keys: tomllib keeps none."""

from __future__ import annotations

import re

_HEADER = re.compile(r"^[ \t]*\[[ \t]*[\"']?([^\s\"'\[\].]+)[\"']?[ \t]*[\].]", re.MULTILINE)
_WHOLE = re.compile(r"[ \t]*\[([^\[\]]+)\]")
_ENTRY = re.compile(r"[ \t]*\[\[([^\[\]]+)\]\]")
_KEY = re.compile(r"[ \t]*[\"']?([^\s\"'\[\].=#]+)[\"']?[ \t]*[=.]")


def of(text: str, path: str, key: str, prefix: str) -> int:
    """Return the line of a key in the table at a dotted path, which the text may write without the prefix.

    0 where it is not there; where the table is written in another one's line, that line.
    """
    names = {path, path.removeprefix(f"{prefix}.")}
    found = (number for number, line in enumerate(text.splitlines(), 1) if _named(line) in names)
    first = 0 if path == prefix and not any(_named(line) == prefix for line in text.splitlines()) else next(found, None)
    if first is not None:
        return keys(text, first).get(key, first)
    above, _, last = path.rpartition(".")
    return of(text, above, last, prefix) if above.startswith(prefix) else 0


def entries(text: str, path: str, prefix: str) -> list[int]:
    """Return the lines of the entries `[[path]]` of an array of tables, which the text may write without the prefix."""
    names = {path, path.removeprefix(f"{prefix}.")}
    found = ((number, _ENTRY.match(line)) for number, line in enumerate(text.splitlines(), 1))
    return [number for number, match in found if match and _plain(match.group(1)) in names]


def _named(line: str) -> str:
    """Return the dotted name of a header, without quotes and blanks, empty for any other line."""
    match = _WHOLE.match(line)
    return _plain(match.group(1)) if match else ""


def _plain(name: str) -> str:
    return re.sub(r"[\"'\s]", "", name)


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
