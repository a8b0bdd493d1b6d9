"""Searches a long line only near a sign of what is looked for: a bundle is one line, and has few of them; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

# Characters. Shorter lines are searched whole. In front of a sign stands a name, behind it a value: a key that is
# longer than that has a format of its own.
LONG = 5_000
# Chosen: twice the longest name that a form takes, and three times the longest drawn value.
_BEFORE, _BEHIND = 200, 600


def finditer(form: re.Pattern[str], line: str, sign: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """Yield the matches of a form in a line; it has a sign in it, which is given in small letters."""
    low = line.lower() if len(line) > LONG else ""
    if len(low) != len(line):  # some letters become two in small ones: their places would be those of another text
        yield from form.finditer(line)
        return
    for start, end in around(low, sign):
        yield from form.finditer(line, start, end)


def around(line: str, sign: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Yield the stretches of a line around its signs; those that touch are one."""
    start = end = 0
    for match in sign.finditer(line):
        if end and match.start() - _BEFORE > end:
            yield start, end
            end = 0
        if not end:
            start = max(0, match.start() - _BEFORE)
        end = min(len(line), match.end() + _BEHIND)
    if end:
        yield start, end
