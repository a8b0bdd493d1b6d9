"""Which lines of a text may hold a credential: most do not, and two passes over the text rule them out; pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

from dockgate.detection import key_formats

if TYPE_CHECKING:
    from collections.abc import Iterator

# What a name that speaks of a secret has in it, in small letters, and what stands in front of an address's password.
# Alternatives share no first letter, which makes the search several times as fast.
_SIGNS = (
    r"p(?:ass|wd|epper|sk|(?:at|in|w)(?![a-z]))|s(?:ecret|alt|ignature|mbclient|udo +-s)|token|cred|key|auth|bearer|://|otp(?![a-z])|"
    r"-(?:u[ =\"']|-user)|l(?:ogin|dap)|m(?:ysql|ariadb|ongo|c +alias)|r(?:edis-cli|abbitmqctl)|valkey-cli|7z|zip +-|"
    r"openssl|identified +(?:with|by)|user +[^ \n]+ +(?:on|reset) |\{(?:plain|clear)"
)
# The rest of its line is not looked at: one sign is enough.
_TELLING = re.compile(rf"(?:{_SIGNS})[^\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]*+")
_LONG = re.compile(r"[A-Za-z0-9+/=_.~-]{20,}")
_DIGIT = re.compile(r"\d")
_REMEMBERED = 200  # characters; what is repeated in a text is an identifier or a path, not a blob


def numbers(text: str) -> list[int]:
    """Return, in order, the lines that have a telling word, random characters (with a digit) or a key of a provider."""
    low = text.lower()
    told = _at_lines(low, (match.start() for match in _TELLING.finditer(low)))
    return sorted({*told, *_at_lines(text, _drawn(text))})


def _at_lines(text: str, places: Iterator[int]) -> Iterator[int]:
    """Yield the numbers of the lines that have one of the places; further places in a line cost nothing."""
    place = next(places, None)
    if place is None:
        return
    ends, reached = [*accumulate(map(len, text.splitlines(keepends=True)))], 0
    while place is not None:
        if place >= reached:
            number = bisect_right(ends, place)
            reached = ends[number]
            yield number + 1
        place = next(places, None)


def _drawn(text: str) -> Iterator[int]:
    rooms = dict.fromkeys(key_formats.rooms(text))
    drawn = {room for room in rooms if (_remembered if len(room) <= _REMEMBERED else _is_drawn)(room)}
    if drawn:
        yield from (match.start() for match in key_formats.ROOM.finditer(text) if match[0] in drawn)
    if key_formats.PEM in text:
        yield from (match.start() for match in re.finditer(key_formats.PEM, text))


def _is_drawn(room: str) -> bool:
    return any(map(_DIGIT.search, _LONG.findall(room))) or next(key_formats.proven(room), None) is not None


_remembered = lru_cache(2**14)(_is_drawn)
