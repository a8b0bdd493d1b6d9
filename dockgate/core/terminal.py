"""Text that is not ours, made safe for a terminal: it moves no cursor, hides nothing and begins no line of its own."""

from __future__ import annotations

import re

# Control characters but tab and line feed, separators of lines, marks that turn the direction, halves of characters.
_CONTROL = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_BREAK = re.compile("[\t\n]")


def safe(text: str) -> str:
    """Return text of one line or more as a terminal may see it; in a JSON document it stays the same document."""
    return _CONTROL.sub(_escape, text)


def word(text: str) -> str:
    """Return text that belongs into one line, such as a file's name."""
    return _BREAK.sub(_escape, safe(text))


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
