"""Looks for known secrets in texts: quick fingerprints in every stretch, slow ones in what may be a secret itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dockgate import digests, fingerprints, tokens
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


class FingerprintMatcher:
    """A matcher over committed fingerprints; every text is looked at once."""

    def __init__(self, known: Fingerprints, declared: Schema | None, verdicts: Verdicts) -> None:
        """Take the fingerprints, and the schema, which says how long generated secrets are and of which characters."""
        self._quick = _only(known, Kind.FAST, Kind.PUBLIC)
        self._quick_sheets = [(each.salt, each.of(Kind.FAST), each.of(Kind.PUBLIC)) for each in self._quick.sheets]
        self._slow = _only(known, Kind.SLOW)
        self._verdicts = verdicts
        self._shapes = _shapes(declared)
        self._seen: dict[str, tuple[Match, ...]] = {}

    def matches(self, text: str) -> tuple[Match, ...]:
        """Return the secrets that `text` holds, whole, inside or encoded."""
        if text not in self._seen:
            self.prime((text,))
        return self._seen[text]

    def prime(self, texts: Iterable[str]) -> None:
        """Look at many texts at once: slow comparisons then use every processor."""
        new = [text for text in dict.fromkeys(texts) if text not in self._seen]
        quick = {text: dict.fromkeys(self._quick_candidates(text)) for text in new} if self._quick.sheets else {}
        slow = {text: tokens.candidates(text) for text in new if self._is_value(text)} if self._slow.sheets else {}
        found = self._known_quickly(each for every in quick.values() for each in every)
        if self._slow.sheets:
            every = (each for every in slow.values() for each in every)
            found.update(fingerprints.matches(every, self._slow, self._verdicts))
        for text in new:
            hits = (found.get(each) for each in (*quick.get(text, ()), *slow.get(text, ()))) if found else ()
            self._seen[text] = tuple(dict.fromkeys(_match(hit) for hit in hits if hit))

    def _quick_candidates(self, text: str) -> Iterator[str]:
        if len(text) < FAST_LENGTH:
            return
        yield from tokens.spans(text, FAST_LENGTH)
        for alphabet, length in self._shapes:
            yield from tokens.windows(text, length, alphabet)

    def _known_quickly(self, candidates: Iterable[str]) -> dict[str, Fingerprint]:
        """Return the candidates that are known: what `fingerprints.matches` does, without what only slow ones need."""
        found: dict[str, Fingerprint] = {}
        for each in candidates:
            for salt, fast, keys in self._quick_sheets:
                hit = fast.get(digests.fast(each, salt)) or (keys.get(digests.public(each) or "") if keys else None)
                if hit:
                    found[each] = hit
        return found

    def _is_value(self, text: str) -> bool:
        return len(text) < LONGEST_SLOW


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
