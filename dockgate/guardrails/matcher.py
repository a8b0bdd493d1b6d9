"""Looks for known secrets in texts: quick fingerprints in every stretch, slow ones in what may be a secret itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from dockgate.detection import candidates as detection_candidates
from dockgate.detection import credential, decodings
from dockgate.guardrails.crossing import Match
from dockgate.secrets.fingerprints import digests
from dockgate.secrets.fingerprints import match as fingerprint_match
from dockgate.secrets.fingerprints.digests import DigestKind
from dockgate.secrets.fingerprints.match import FAST_LENGTH
from dockgate.secrets.generate import ALPHABETS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from dockgate.env.schema import Schema
    from dockgate.secrets.fingerprints.innocent_cache import InnocentCache
    from dockgate.secrets.fingerprints.match import Fingerprint, Fingerprints

# Slow candidates that stand in a text of this length or more are prose or code, not a value.
LONGEST_SLOW = 4096
SHORTEST_SLOW = 12  # what is shorter does not reach the 64 bits that a slow fingerprint asks for


class FingerprintMatcher:
    """A matcher over committed fingerprints; every text is looked at once."""

    def __init__(self, known: Fingerprints, declared: Schema | None, verdicts: InnocentCache) -> None:
        """Take the fingerprints, and the schema, which says how long generated secrets are and of which characters."""
        quick = _only(known, DigestKind.FAST, DigestKind.PUBLIC)
        self._quick_sheets = [
            (each.salt, each.of(DigestKind.FAST), each.of(DigestKind.PUBLIC)) for each in quick.sheets
        ]
        self._slow = _only(known, DigestKind.SLOW)
        self._verdicts = verdicts
        self._shapes = _shapes(declared)
        self.slow, self.quick = bool(self._slow.sheets), bool(self._quick_sheets)
        self.hinted = self.slow and fingerprint_match.hinted(self._slow)
        self._fast: dict[tuple[str, bool], tuple[Match, ...]] = {}
        self._all: dict[str, tuple[Match, ...]] = {}

    def matches(self, text: str, *, slow: bool = True) -> tuple[Match, ...]:
        """Return the secrets that `text` holds, whole, inside or encoded; `slow` ones are for values, not for prose."""
        if not slow or not self.slow:
            return self._quickly(text, value=slow)
        if text not in self._all:
            self.prime((text,))
        return self._all[text]

    def prime(self, texts: Iterable[str]) -> None:
        """Look at many values at once: slow comparisons then use every processor."""
        if not self.slow:
            return
        new = {text: _slow_candidates(text) for text in dict.fromkeys(texts) if text not in self._all}
        found = fingerprint_match.matches(
            (each for every in new.values() for each in every), self._slow, self._verdicts
        )
        for text, candidates in new.items():
            slow = (_match(found[each]) for each in candidates if each in found)
            self._all[text] = tuple(dict.fromkeys((*self._quickly(text, value=True), *slow)))

    def chosen(self, strings: Iterable[str]) -> Mapping[str, Match]:
        """Return those of many strings that are a secret which a person chose, as they stand."""
        found = fingerprint_match.matches(strings, self._slow, self._verdicts)
        return {text: _match(each) for text, each in found.items()}

    def _quickly(self, text: str, *, value: bool) -> tuple[Match, ...]:
        key = (text, value)
        if key not in self._fast:
            self._fast[key] = tuple(dict.fromkeys(self._known(text, value=value)))
        return self._fast[key]

    def _known(self, text: str, *, value: bool) -> Iterator[Match]:
        """Yield the known ones: as `fingerprints.matches`, without the work that only slow ones need."""
        if not self.quick:
            return
        candidates, read = self._quick_candidates(text, value=value), decodings.readings if value else decodings.of_runs
        for salt, fast, keys in self._quick_sheets:
            yield from (_match(fast[tag]) for tag in digests.each_fast(candidates, salt) if tag in fast)
            if keys:
                tags = (tag for each in read(text) for tag in digests.each_public(each))
                yield from (_match(keys[tag]) for tag in tags if tag in keys)

    def _quick_candidates(self, text: str, *, value: bool) -> Collection[str]:
        if len(text) < FAST_LENGTH:
            return ()
        found = (detection_candidates.spans if value else detection_candidates.drawn)(text, FAST_LENGTH)
        for alphabet, length in self._shapes:
            found |= detection_candidates.windows(text, length, alphabet)
        return found


def _slow_candidates(text: str) -> tuple[str, ...]:
    """Return what may be a secret that a person chose: each costs 57 ms, so paths, digests and numbers are left out.

    No protected environment has one that looks like them: `fingerprinting.check` refuses it.
    """
    if len(text) >= LONGEST_SLOW or credential.holds_nothing(text):
        return ()
    return tuple(filter(credential.may_be_chosen, detection_candidates.candidates(text, SHORTEST_SLOW)))


def _only(known: Fingerprints, *kinds: DigestKind) -> Fingerprints:
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
