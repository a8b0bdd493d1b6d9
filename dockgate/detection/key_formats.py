"""Finds the keys of providers in a text by their own form, for everything that looks for them; pure."""

from __future__ import annotations

import math
import re
from base64 import b64encode, urlsafe_b64decode
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from dockgate.detection import placeholders
from dockgate.detection.provider_keys import FRONT, PRIVATE_KEY, TABLE, KeyFormat, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

_START = r"(?<![A-Za-z0-9])"
_END = r"(?![A-Za-z0-9])"
JWT = "JSON Web Token"
# Characters of a signature: of RSA for a modulus of 1,024 bits, the least in use.
_SIGNATURES = {
    "HS256": 43, "HS384": 64, "HS512": 86, "ES256": 86, "ES384": 128, "ES512": 176, "EdDSA": 86,
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), 171),
}  # fmt: skip
_ALGORITHM = re.compile(rf'"alg"\s*:\s*"({"|".join(_SIGNATURES)})"'.encode())
SAMPLE_JWT = b64encode(b'{"sub":"1234567890').decode()  # the one of every tutorial
# Characters, chosen: longer than any key of the table; no more is looked at, so that a text costs what its length is.
_LONGEST = 4096
# Of 24 random characters of hex, the fewest different ones in 10,000 draws are 7; filler has two or three.
_FILLER = 7
_WORDS = 3.6  # letters in a row, on average, as credential.WORD_LENGTH
# All characters of keys but the blanks of a private key's first line; the shortest key has 18.
_CHARACTERS = "[A-Za-z0-9_.+/=~|:$@#!%-]"
_SHORTEST = 16
ROOM = re.compile(rf"{_CHARACTERS}{{{_SHORTEST},}}")
# Each byte as `x` where it is one of these characters: a search for sixteen of them jumps over sixteen at a time.
_ANY, _OTHER = b"x", b" "
_CLASSES = bytes(_ANY[0] if re.match(_CHARACTERS, chr(byte)) else _OTHER[0] for byte in range(256))
PEM = "-----BEGIN "
_PREFIX = re.compile(r"[A-Za-z]{2,8}[_-](?:(?:live|test|prod|pat|v1)[_-])?")
# The form of a live or test key of a provider that is not in the table: words for both are the same everywhere.
_STAGED = {
    Stage.LIVE: re.compile(
        _START + r"[a-z]{2,12}[_-](?:live|prod|production)[_-](?=[0-9A-Za-z]*[0-9])[0-9A-Za-z]{16,}"
    ),
    Stage.TEST: re.compile(_START + r"(?:[a-z]{2,12}[_-])?(?:test|sandbox)[_-](?=[0-9A-Za-z]*[0-9])[0-9A-Za-z]{16,}"),
}


class Key(NamedTuple):
    """A key, where it stands and which format it has."""

    format: KeyFormat
    text: str
    end: int

    @property
    def hollow(self) -> bool:
        """Whether it has the form only: filler, an example's marker, a run of the alphabet."""
        if self.format.provider == PRIVATE_KEY:
            return False
        body = _PREFIX.sub("", self.text, count=1)
        return (
            SAMPLE_JWT in self.text
            or placeholders.asks(self.text)
            or placeholders.is_placeholder(body)
            or (self.format.bits > 0 and _names_something(body))
            or bool(_FILLED.search(body))
            or entropy(body) < self.format.bits
            or len(set(body)) < min(_FILLER, len(body) / 3)
        )

    @property
    def unsound(self) -> bool:
        """Whether no provider makes such a one: too short a signature, words, many characters and no digit."""
        if self.format.provider == JWT:
            return _is_cut(self.text)
        body = _PREFIX.sub("", self.text, count=1)
        if PEM in self.text:
            return False
        return placeholders.reads_as_words(body, _WORDS) or (len(body) >= _MANY and not any(map(str.isdigit, body)))


def _names_something(body: str) -> bool:
    """Return whether a body is an identifier, such as `STS.GetFederationToken` in a program: words, and no digit.

    In capitals alone there are no words to be seen: one AWS key id in forty has no digit.
    """
    return not any(map(str.isdigit, body)) and not body.isupper() and placeholders.reads_as_words(body, _WORDS)


def _is_cut(token: str) -> bool:
    """Return whether the signature of a JSON Web Token is shorter than what its header says makes it."""
    header, signature = token.partition(".")[0], token.rpartition(".")[2]
    try:
        said = _ALGORITHM.search(urlsafe_b64decode(f"{header}=="))
    except ValueError:
        return False
    return said is not None and len(signature) < _SIGNATURES[said[1].decode()]


_MANY = 30  # characters; of 200 that are drawn in base62, one has no digit
_FILLED = re.compile(r"(.)\1{15}")  # no key drawn has so many of one character in a row


@cache  # only of formats whose beginning was seen: compiling all of them takes longer than a short command
def _pattern(each: KeyFormat) -> re.Pattern[str]:
    """Return what a key of this format is, from its first character on."""
    starts = "|".join(map(re.escape, each.starts))
    front = FRONT.get(each.provider, "")
    boundary = _START if _begins_a_word(each) else ""
    return re.compile(f"{boundary}{front}(?:{starts}){each.rest}{'' if each.rest.endswith('-') else _END}")


def _begins_a_word(each: KeyFormat) -> bool:
    return not (FRONT.get(each.provider) or each.starts[0]).startswith((".", "-"))


KINDS = frozenset(each.kind for each in TABLE)
_BY_START = defaultdict[str, list[KeyFormat]](list)
for _each in TABLE:
    for _literal in _each.starts:
        _BY_START[_literal].append(_each)


def _any_of(literals: set[str]) -> str:
    """Return an expression for the longest of these, by their first characters: much less work than one by one."""
    if literals == {""}:
        return ""
    rest = defaultdict[str, set[str]](set)
    for each in filter(None, literals):
        rest[each[0]].add(each[1:])
    branches = "|".join(re.escape(first) + _any_of(following) for first, following in sorted(rest.items()))
    return f"(?:{branches}){'?' if '' in literals else ''}"


def _literals(*, first: bool) -> set[str]:
    """Return the literals that are the first characters of their keys, behind no letter or digit; or the others."""
    begin = {literal for each in TABLE if _begins_a_word(each) and not any(each.before) for literal in each.starts}
    return begin if first else {*_BY_START} - begin


# One pass rules most texts out.
ANY_START = re.compile(f"{_START}{_any_of(_literals(first=True))}|{_any_of(_literals(first=False))}")


def may_hold_one(text: str) -> bool:
    """Return whether a text has room for a key: so many of its characters, or the first line of a private one."""
    return bool(ROOM.search(text)) or PEM in text


def rooms(text: str) -> Iterator[tuple[int, str]]:
    """Yield the runs of characters of which keys consist, private ones apart, long enough for one, and their places."""
    return ((first, text[first:last]) for first, last in _rooms(text))


def _rooms(text: str) -> Iterator[tuple[int, int]]:
    classes = text.encode("latin-1", "replace").translate(_CLASSES)  # a byte for each character, whatever it is
    start = classes.find(_ANY * _SHORTEST)
    while start >= 0:
        end = classes.find(_OTHER, start)
        if end < 0:
            end = len(text)
        yield start, end
        start = classes.find(_ANY * _SHORTEST, end)


def _first_lines(text: str) -> Iterator[tuple[int, int]]:
    """Yield where private keys may begin, whose first line has blanks."""
    start = text.find(PEM)
    while start >= 0:
        yield start, start + len(PEM)
        start = text.find(PEM, start + len(PEM))


def find(text: str) -> Iterator[Key]:
    """Yield the keys in `text`, also those of a form that alone proves nothing; linear in its length."""
    reached = 0
    for first, last in sorted((*_rooms(text), *_first_lines(text))):
        for start in ANY_START.finditer(text, first, last):
            if start.start() >= reached and (key := _at(text, start)):
                reached = key.end
                yield key


def _at(text: str, start: re.Match[str]) -> Key | None:
    for each in _BY_START[start[0]]:
        for before in each.before:
            at = start.start() - before
            if at >= 0 and (found := _pattern(each).match(text, at, start.end() + _LONGEST)):
                return Key(each, found[0], found.end())
    return None


def proven(text: str) -> Iterator[Key]:
    """Yield the keys that their form alone proves to be secret, filler included."""
    return (key for key in find(text) if key.format.proves)


def provider_of_stage(text: str, stage: Stage) -> str:
    """Return the provider of the first live or test key in `text`, empty without one."""
    for key in find(text):
        if key.format.stage is stage:
            return key.format.provider
    return "a provider" if _STAGED[stage].search(text) else ""


def entropy(text: str) -> float:
    """Return Shannon's entropy of the characters of `text`, in bits each."""
    if not text:
        return 0.0
    counts = map(text.count, set(text))
    return math.log2(len(text)) - sum(count * math.log2(count) for count in counts) / len(text)
