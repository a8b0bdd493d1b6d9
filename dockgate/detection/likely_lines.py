"""Which lines of a text may hold a credential: most do not, and two passes over the text rule them out; pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

from dockgate.detection import key_formats

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# What a name that speaks of a secret has in it, in small letters, and what stands in front of an address's password.
# Each is looked for by a character that text seldom has, and what stands before that is looked at behind it: by their
# first letters the search would stop at every second character of a text.
_SIGNS = (
    r"p(?:ass|wd|epper|sk|(?:at|in|w)(?![a-z])|(?<=otp)(?![a-z])|(?<=op)enssl|(?<=\{p)lain)|"
    r"c(?:red|(?<=sec)ret|(?<=mc) +alias|(?<=\{c)lear)|"
    r"l(?:ogin|dap|(?<=sal)t)|"
    r"g(?:(?<=sig)nature|(?<=mong)o)|"
    r"b(?:earer|(?<=smb)client|(?<=mariadb)|(?<=rab)bitmqctl)|"
    r"u(?:(?<=au)th|(?<=su)do +-s|ser +[^ \n]+ +(?:on|reset) )|"
    r"k(?:ey|(?<=tok)en)|"
    r"-(?:u[ =\"']|-user|(?<=redis-)cli|(?<=valkey-)cli)|"
    r"y(?<=my)sql|"
    r"z(?:ip +-|(?<=7z))|"
    r"f(?<=identif)ied +(?:with|by)|"
    r"/(?<=:/)/"
)
# The rest of its line is not looked at: one sign is enough.
_TELLING = re.compile(rf"(?:{_SIGNS})[^\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]*+")
# Of a room for a key, what it has if it is drawn or has a format, and the rest of it.
_HINT = re.compile(rf"(?:\d|{key_formats.ANY_START.pattern})[^\n]*+")
_LONG = re.compile(r"[A-Za-z0-9+/=_.~-]{20,}")
_DIGIT = re.compile(r"\d")
_REMEMBERED = 200  # characters; what is repeated in a text is an identifier or a path, not a blob


def numbers(text: str) -> list[int]:
    """Return, in order, the lines that have a telling word, random characters (with a digit) or a key of a provider."""
    low = text.lower()
    told = (match.start() for match in _TELLING.finditer(low))
    ends = [*accumulate(map(len, text.splitlines(keepends=True)))]
    # Some letters become two in small ones: then the places are those of another text.
    ends_low = ends if len(low) == len(text) else [*accumulate(map(len, low.splitlines(keepends=True)))]
    return sorted({*_at_lines(ends_low, told), *_at_lines(ends, _drawn(text)), *_at_lines(ends, _headed(text))})


def _at_lines(ends: list[int], places: Iterable[int]) -> Iterator[int]:
    """Yield the numbers of the lines with one of the places; `ends` are where the lines end."""
    reached = 0
    for place in places:
        if place >= reached:
            number = bisect_right(ends, place)
            reached = ends[number]
            yield number + 1


def _drawn(text: str) -> Iterator[int]:
    rooms = [*key_formats.rooms(text)]
    hinted = _hinted(dict.fromkeys(room for _, room in rooms))
    drawn = {room for room in hinted if (_remembered if len(room) <= _REMEMBERED else _is_drawn)(room)}
    if drawn:
        yield from (start for start, room in rooms if room in drawn)


def _hinted(rooms: Iterable[str]) -> Iterator[str]:
    """Yield the rooms for a key that may be drawn: one search over all of them rules nearly all out."""
    text = "\n".join(rooms)
    for match in _HINT.finditer(text):
        yield text[text.rfind("\n", 0, match.start()) + 1 : match.end()]


def _headed(text: str) -> Iterator[int]:
    """Yield where the first line of a key or a certificate begins."""
    start = text.find(key_formats.PEM)
    while start >= 0:
        yield start
        start = text.find(key_formats.PEM, start + 1)


def _is_drawn(room: str) -> bool:
    if _DIGIT.search(room) and any(map(_DIGIT.search, _LONG.findall(room))):
        return True
    return bool(key_formats.ANY_START.search(room)) and next(key_formats.proven(room), None) is not None


_remembered = lru_cache(2**14)(_is_drawn)
