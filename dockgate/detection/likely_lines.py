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
    told, drawn = (match.start() for match in _TELLING.finditer(low)), _drawn(text)
    ends = [*accumulate(map(len, text.splitlines(keepends=True)))]
    # Some letters become two in small ones: then the places are those of another text.
    ends_low = ends if len(low) == len(text) else [*accumulate(map(len, low.splitlines(keepends=True)))]
    return sorted({*_at_lines(ends_low, told), *_at_lines(ends, drawn)})


def _at_lines(ends: list[int], places: Iterator[int]) -> Iterator[int]:
    """Yield the numbers of the lines with one of the places; `ends` are where the lines end."""
    reached = 0
    for place in places:
        if place >= reached:
            number = bisect_right(ends, place)
            reached = ends[number]
            yield number + 1


def _drawn(text: str) -> Iterator[int]:
    rooms = dict.fromkeys(key_formats.rooms(text))
    drawn = {room for room in rooms if (_remembered if len(room) <= _REMEMBERED else _is_drawn)(room)}
    if drawn:
        yield from (match.start() for match in key_formats.ROOM.finditer(text) if match[0] in drawn)
    if key_formats.PEM in text:
        yield from (match.start() for match in re.finditer(key_formats.PEM, text))


def _is_drawn(room: str) -> bool:
    if _DIGIT.search(room) and any(map(_DIGIT.search, _LONG.findall(room))):
        return True
    return bool(key_formats.ANY_START.search(room)) and next(key_formats.proven(room), None) is not None


_remembered = lru_cache(2**14)(_is_drawn)
