"""Looks for known secrets in texts: quick fingerprints in every stretch, slow ones in what may be a secret itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from dockgate import credential, digests, fingerprints, tokens
from dockgate.digests import Kind
from dockgate.fingerprints import FAST_LENGTH
from dockgate.generate import ALPHABETS
from dockgate.guardrails.crossing import Match

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dockgate.fingerprints import Fingerprint, Fingerprints
    from dockgate.schema import Schema
    from dockgate.verdicts import Verdicts

# Slow candidates that stand in a text of this length or more are prose or code, not a value.
LONGEST_SLOW = 4096
# An address without a password is ordinary, but its query or its user may hold a secret that somebody chose.
_CARRIES = re.compile(r"://.*[@?&;]")
SHORTEST_SLOW = 12  # what is shorter does not reach the 64 bits that a slow fingerprint asks for


class FingerprintMatcher:
    """A matcher over committed fingerprints; every text is looked at once."""

    def __init__(self, known: Fingerprints, declared: Schema | None, verdicts: Verdicts) -> None:
        """Take the fingerprints, and the schema, which says how long generated secrets are and of which characters."""
        quick = _only(known, Kind.FAST, Kind.PUBLIC)
        self._quick_sheets = [(each.salt, each.of(Kind.FAST), each.of(Kind.PUBLIC)) for each in quick.sheets]
        self._slow = _only(known, Kind.SLOW)
        self._verdicts = verdicts
        self._shapes = _shapes(declared)
        self._fast: dict[str, tuple[Match, ...]] = {}
        self._all: dict[str, tuple[Match, ...]] = {}

    def matches(self, text: str, *, slow: bool = True) -> tuple[Match, ...]:
        """Return the secrets that `text` holds, whole, inside or encoded; `slow` ones are for values, not for prose."""
        if not slow or not self._slow.sheets:
            return self._quickly(text)
        if text not in self._all:
            self.prime((text,))
        return self._all[text]

    def prime(self, texts: Iterable[str]) -> None:
        """Look at many values at once: slow comparisons then use every processor."""
        if not self._slow.sheets:
            return
        new = {text: _slow_candidates(text) for text in dict.fromkeys(texts) if text not in self._all}
        found = fingerprints.matches((each for every in new.values() for each in every), self._slow, self._verdicts)
        for text, candidates in new.items():
            slow = (_match(found[each]) for each in candidates if each in found)
            self._all[text] = tuple(dict.fromkeys((*self._quickly(text), *slow)))

    def _quickly(self, text: str) -> tuple[Match, ...]:
        if text not in self._fast:
            candidates = dict.fromkeys(self._quick_candidates(text)) if self._quick_sheets else {}
            self._fast[text] = tuple(dict.fromkeys(self._known(candidates)))
        return self._fast[text]

    def _known(self, candidates: Iterable[str]) -> Iterator[Match]:
        """Go through the known ones: as `fingerprints.matches`, without the work that only slow ones need."""
        for salt, fast, keys in self._quick_sheets:
            hits = (fast[tag] for tag in digests.each_fast(candidates, salt) if tag in fast)
            public = (keys.get(digests.public(each) or "") for each in candidates) if keys else ()
            yield from (_match(hit) for hit in (*hits, *public) if hit)

    def _quick_candidates(self, text: str) -> Iterator[str]:
        if len(text) < FAST_LENGTH:
            return
        yield from tokens.spans(text, FAST_LENGTH)
        for alphabet, length in self._shapes:
            yield from tokens.windows(text, length, alphabet)


def _slow_candidates(text: str) -> tuple[str, ...]:
    """Return what may be a secret that somebody chose: each costs 57 ms, so paths, digests and numbers are left out."""
    if len(text) >= LONGEST_SLOW or (credential.is_ordinary(text) and not _CARRIES.search(text)):
        return ()
    return tuple(each for each in tokens.candidates(text, SHORTEST_SLOW) if not _no_secret(each))


def _no_secret(text: str) -> bool:
    """Tell whether no environment can have this as its secret: DG208 would refuse it there."""
    return credential.is_ordinary(text) or credential.is_placeholder(text)


def _only(known: Fingerprints, *kinds: Kind) -> Fingerprints:
    sheets = (
        replace(sheet, prints=tuple(each for each in sheet.prints if each.kind in kinds)) for sheet in known.sheets
    )
    return replace(known, sheets=tuple(sheet for sheet in sheets if sheet.prints))


def _shapes(declared: Schema | None) -> tuple[tuple[str, int], ...]:
    """Return alphabet and length of every generated secret that the schema declares."""
    forms = (variable.generate.partition(":") for variable in declared.variables.values()) if declared else ()
    return tuple({(ALPHABETS[form], int(size)) for form, _, size in forms if form in ALPHABETS and size})


def _match(found: Fingerprint) -> Match:
    return Match(found.environment, found.name)
