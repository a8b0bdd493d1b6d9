"""What of a line a person may have written down as a secret: words, fields, what is quoted, the rest; pure.

Light and many: for a comparison that excludes nearly all of them at next to no cost.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from dockgate.core.location import line_at
from dockgate.detection import decodings
from dockgate.detection.assignments import Form, is_comment

if TYPE_CHECKING:
    from collections.abc import Iterator

# Sixteen different characters are the fewest that reach the 64 bits which a fingerprint asks for.
SHORTEST, LONGEST = 16, 200
_MOST_WORDS = 24  # of a line; chosen: passphrases have six to twelve, a longer line is a sentence
_LEADING = 4  # one more than the words before it; chosen: `the password is`
_MARKS = " \t#/*;>$|-+!<\"'`"
_AROUND = " \t\"'`()[]{}<>,;.|"
_QUOTED = re.compile(r"\"([^\"]{16,200})\"|'([^']{16,200})'|`([^`]{16,200})`")
_BEHIND = re.compile(r"[=:]\s*(?=\S)")
_FIELDS = re.compile(r"[|,;\t]|</?[\w:-]+(?:\s[^<>]*)?>")
_PASSWORD = re.compile(r"://[^\s:/@]*:([^\s@]{16,300})@")
_OPTION = re.compile(r"^-[A-Za-z](?=\S)")
_REMARK = re.compile(r"\s(?:#|//|--)\s.*$")
# What goes on in the next line, or in the next text in quotes.
_JOIN = re.compile(r"\\\r?\n[ \t]*|[\"'][ \t]*+(?:[+.\\][ \t]*+)?(?:\r?\n[ \t]*+)?(?:[+.][ \t]*+)?[\"']")
_NEAR = 160  # characters at each side of a join; chosen: two lines of a program


def of_file(text: str, written: Form) -> Iterator[tuple[int, str]]:
    """Yield line numbers and stretches of a file: of its lines, of what it decodes to, and of what it joins.

    Of a program and of a lock file, comments apart, only words and what is quoted.
    """
    narrow = written in {Form.PROGRAM, Form.LOCK}
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        lines.setdefault(line, number)
    for line, number in lines.items():
        yield from ((number, each) for each in of_line(line, narrow=narrow and not is_comment(line)))
    for decoded in decodings.of_runs(text)[1:]:
        yield from ((0, each) for line in decoded.splitlines() for each in of_line(line))
    for match in _JOIN.finditer(text):
        start, end = max(0, match.start() - _NEAR), match.end() + _NEAR
        joined = text[start : match.start()] + text[match.end() : end]
        number = line_at(text, match.start())
        yield from ((number, each) for line in _JOIN.sub("", joined).splitlines() for each in of_line(line))


def of_line(line: str, *, narrow: bool = False) -> Iterator[str]:
    """Yield the stretches of one line that are long enough; `narrow`, or long: only what is quoted, and words."""
    if len(line) < SHORTEST:
        return
    every = _of_words(line) if narrow or len(line) > decodings.LONG else _all(line)
    yield from dict.fromkeys(each for each in every if SHORTEST <= len(each) <= LONGEST)


def _all(line: str) -> Iterator[str]:
    bare = _REMARK.sub("", line.strip(_MARKS))
    for text in dict.fromkeys((line.strip(), bare)):
        yield from (text, text.strip(_AROUND))
        for match in _BEHIND.finditer(text):
            rest = text[match.end() :]
            yield from (rest, rest.strip(_AROUND))
    words = bare.split()
    if len(words) <= _MOST_WORDS:
        for first in range(1, min(_LEADING, len(words))):
            yield from (" ".join(words[first:]).strip(_AROUND), " ".join(words[first:-1]).strip(_AROUND))
    fields = _FIELDS.split(line)
    if len(fields) > 1:
        yield from (field.strip(_AROUND) for field in fields if len(field) >= SHORTEST)
    yield from _of_words(line)


def _of_words(line: str) -> Iterator[str]:
    for match in _QUOTED.finditer(line):
        text = match[1] or match[2] or match[3]
        yield text
        yield from (text[each.end() :] for each in _BEHIND.finditer(text))
    for match in _PASSWORD.finditer(line):
        yield unquote(match[1])
    for word in line.split():
        if len(word) < SHORTEST:
            continue
        plain = word.strip(_AROUND)
        yield from (word, plain, _OPTION.sub("", plain).strip(_AROUND))
        yield from (plain[each.end() :] for each in _BEHIND.finditer(plain, max(0, len(plain) - LONGEST - 1)))
