"""The strings inside a value that may be a secret by themselves: what fingerprints are compared with."""

from __future__ import annotations

import re
import string
from bisect import bisect_left
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import unquote, unquote_plus

from dockgate.detection import decodings

if TYPE_CHECKING:
    from collections.abc import Iterator

# All chosen. Of one value: a slow digest for each of them that no hint excludes.
LIMIT = 400
_MOST_OUTER = 2  # fields at each end: a command and an option, or a name and a comment
_MOST_COLONS = 4  # `host:port:db:user:password`
_MOST_SIGNS = 16  # `@` in a password, and `=` in the value of a setting: more of them are data
_PAIRS = frozenset({"''", '""', "``", "()", "[]", "{}", "<>"})
QUOTES = "\"'`"

_WORD = f"{string.ascii_letters}{string.digits}_-"
_MIXED = re.compile(r"[A-Z0-9]")
_SYMBOL = re.compile(r"[^A-Za-z0-9]")
# Chosen. Each stretch between two of 80 cuts is 3,160 stretches; of a part with more cuts, those of 16 in a row.
_MOST_CUTS = 80
_FEW_CUTS = 16
_LONGEST_QUOTED = 200  # characters, as credential._LONGEST_DRAWN
_SPLITS = (
    re.compile(r"[\s]+"),
    re.compile(r"[\s,;|]+"),
    re.compile(r"[\s,;&|\"'`()\[\]{}<>]+"),
    re.compile(r"[\s,;&|\"'`()\[\]{}<>=:@/?#]+"),
)
_USERINFO = re.compile(r"[A-Za-z][\w+.-]*://(?P<userinfo>.+)@[^@]*", re.DOTALL)
_QUERY = re.compile(r"[?&;](?P<name>[^=&?;\s]{1,80})=(?P<value>[^&\s]*)")
_SETTING = re.compile(r"-{0,2}(?P<name>[A-Za-z_][\w .-]{0,60}?)\s*[=:]\s*(?P<value>\S.*)", re.DOTALL)
# Not from a quote that is escaped: from each of many, the rest of the text would be looked at.
_QUOTED = re.compile(r"(?<!\\)'((?:[^'\\]|\\.|'')*)'|(?<!\\)\"((?:[^\"\\]|\\.|\"\")*)\"|\{((?:[^}]|\}\}){0,500}+)\}")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
# Where a `name=value` list goes on: the name of the next setting ends the value before it, whatever that holds.
_NEXT = re.compile(r"(?:[;&,]|(?<!\s)\s)\s*+(?=[A-Za-z][\w .-]{0,40}\s*=)")


def candidates(value: str, shortest: int = 8) -> tuple[str, ...]:
    """Return the candidates in `value` and in what it decodes to, each once, at most LIMIT, whole values first."""
    found = dict.fromkeys(text for text in decodings.texts(value) if len(text) >= shortest)
    for text in tuple(found):
        for piece in _pieces(text):
            if len(piece) >= shortest:
                found.setdefault(piece)
        if len(found) >= LIMIT:
            break
    return tuple(found)[:LIMIT]


def spans(value: str, shortest: int) -> dict[str, None]:
    """Return, each once, all stretches between two boundaries of a word, in `value` and what it decodes to.

    Many, so only for a comparison that costs next to nothing; they find a secret that holds separators itself. No
    stretch has a blank in it: what a generator makes has none.
    """
    # Each part once: what is decoded of a long line has most of them in common with it.
    parts: dict[str, None] = {}
    found: dict[str, None] = {}
    for text in decodings.readings(value):
        words = text.split() if len(text) <= decodings.LONG else ()
        if not words or any(len(word) > _LONGEST_QUOTED for word in words):
            found.update(_between_quotes(text, shortest))
            words = (*words, *_SPLITS[3].split(text))
        parts.update(dict.fromkeys(word for word in words if len(word) >= shortest))
    for part in parts:
        found.update(_stretches(part, shortest))
    return found


def drawn(value: str, shortest: int) -> dict[str, None]:
    """Return, each once, the stretches of letters, digits, `-` and `_` in what a text decodes to.

    What a generator makes consists of them, and has a digit or a capital; far fewer than `spans`, for whole files.
    """
    runs = dict.fromkeys(run for text in decodings.of_runs(value) for run in _runs(shortest, _WORD).findall(text))
    found: dict[str, None] = {}
    for run in filter(_MIXED.search, runs):
        found.update(_few_symbols(run, _cuts(run), shortest))
    return found


def _stretches(part: str, shortest: int) -> Iterator[tuple[str, None]]:
    """Yield the stretches between two boundaries; of a part with many, those at its ends and short ones."""
    cuts = _cuts(part)
    if len(cuts) > _MOST_CUTS:
        yield from _few_symbols(part, cuts, shortest)
        cuts = cuts[: _MOST_CUTS // 2] + cuts[-_MOST_CUTS // 2 :]
    for start in cuts:
        yield from ((part[start:end], None) for end in cuts[bisect_left(cuts, start + shortest) :])


def _few_symbols(part: str, cuts: list[int], shortest: int) -> Iterator[tuple[str, None]]:
    for number, start in enumerate(cuts):
        first = bisect_left(cuts, start + shortest)
        yield from ((part[start:end], None) for end in cuts[first : max(first, number + 1 + _FEW_CUTS)])


def _between_quotes(text: str, shortest: int) -> Iterator[tuple[str, None]]:
    """Yield what stands between two quotes of a long text: it may hold separators itself."""
    for quote in QUOTES:
        for piece in text.split(quote):
            if shortest <= len(piece) <= _LONGEST_QUOTED and not piece[0].isspace():
                yield piece.rstrip("\\"), None


def _cuts(piece: str) -> list[int]:
    return sorted({0, len(piece), *(cut for match in _SYMBOL.finditer(piece) for cut in match.span())})


def windows(value: str, length: int, alphabet: str) -> dict[str, None]:
    """Return, each once, every stretch of `length` characters of `alphabet` in `value` and what it decodes to."""
    runs = _runs(length, alphabet)
    every = (run for text in decodings.readings(value) for run in runs.findall(text))
    return {run[start : start + length]: None for run in every for start in range(len(run) - length + 1)}


@lru_cache(64)
def _runs(length: int, alphabet: str) -> re.Pattern[str]:
    return re.compile(f"[{re.escape(alphabet)}]{{{length},}}")


def _pieces(text: str) -> Iterator[str]:
    yield text.strip()
    yield text.strip().strip(QUOTES)
    if text.strip()[:1] + text.strip()[-1:] in _PAIRS:
        yield text.strip()[1:-1]
    yield from _from_url(text)
    yield from _settings(text)
    yield from _inside(text)
    for match in _QUOTED.finditer(text):
        for piece in _unquoted(match):
            yield from (piece, *_inside(piece))
    for word in _SPLITS[1].split(text):
        yield from _inside(word.strip(QUOTES))
    for split in _SPLITS:
        for piece in split.split(text):
            yield from (piece, piece.strip(QUOTES))
    for separator in " ,;|":
        yield from _between(text, separator)


def _inside(word: str) -> Iterator[str]:
    """Yield what follows the colons of `user:password` and `host:port:db:user:password`, and an option `-p`."""
    rest = word
    for _ in range(_MOST_COLONS):
        _, colon, rest = rest.partition(":")
        if not colon or rest.startswith("//"):  # an address, which has ways of its own
            break
        yield from (rest, rest.strip(), rest.rpartition("@")[0])
    if word[:1] == "-" and word[1:2].isalpha():
        yield from (word[2:], word[2:].strip(QUOTES))


def _between(text: str, separator: str) -> Iterator[str]:
    """Yield the text without its first and last fields: a secret may hold the separator itself."""
    fields = text.split(separator, _MOST_OUTER)
    for first in range(len(fields)):
        rest = separator.join(fields[first:])
        cut = rest.rsplit(separator, _MOST_OUTER)
        yield from (separator.join(cut[:last]) for last in range(len(cut), 0, -1))


def _from_url(text: str) -> Iterator[str]:
    """Yield user, password, query values and path segments; a raw `@` or `/` may be part of the password."""
    if match := _USERINFO.fullmatch(text.strip()):
        user, _, password = match["userinfo"].partition(":")
        for part in (match["userinfo"], user, password, *_hosts_cut(password)):
            yield from (part, unquote(part), unquote_plus(part))
    for match in _QUERY.finditer(text):
        yield from (match["value"], unquote_plus(match["value"]))
        before_fragment = match["value"].partition("#")[0]
        yield from (before_fragment, unquote_plus(before_fragment))
    if "://" in text:
        yield from (unquote(segment) for segment in text.split("/")[3:])


def _hosts_cut(password: str) -> Iterator[str]:
    """Yield the password up to each of the first `@`: behind one of them the host began."""
    for match in islice(re.finditer("@", password), _MOST_SIGNS):
        yield password[: match.start()]


def _settings(text: str) -> Iterator[str]:
    """Yield the values of `name=value` lists: libpq, ADO, JDBC, ODBC, properties, headers."""
    for part in (*_NEXT.split(text), *text.splitlines(), text):
        match, left = _SETTING.match(part.lstrip(" ;&,?([<")), _MOST_SIGNS
        while match and left:
            value, left = match["value"].strip(), left - 1
            yield from (match["value"], value, value.rstrip(" ;,&"), value.strip(QUOTES + "{}"), value.rstrip(")]>"))
            match = _SETTING.fullmatch(value)


def _unquoted(match: re.Match[str]) -> Iterator[str]:
    single, double, braced = match.groups()
    if single is not None:
        yield from (single, single.replace("''", "'"), _ESCAPED.sub(r"\1", single))
    elif double is not None:
        yield from (double, double.replace('""', '"'), _ESCAPED.sub(r"\1", double))
    else:
        yield braced.replace("}}", "}")
