"""Which secrets get a fingerprint, and of which kind; and which are too weak for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core.errors import ConfigError
from dockgate.detection import credential, parts, strength
from dockgate.secrets import generate
from dockgate.secrets.fingerprints import digests
from dockgate.secrets.fingerprints import match as fingerprint_match
from dockgate.secrets.fingerprints.digests import DigestKind
from dockgate.secrets.fingerprints.match import SLOW_BITS, Fingerprint
from dockgate.secrets.metadata import Source
from dockgate.secrets.store import Entry

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from dockgate.core.project import Environment
    from dockgate.core.secret import Secret
    from dockgate.secrets.fingerprints.fingerprint_file import Sheet
    from dockgate.secrets.fingerprints.innocent_cache import InnocentCache
    from dockgate.secrets.store import Store

CERTIFICATE = "-----BEGIN CERTIFICATE-----"


class Strength(Struct, frozen=True):
    """How strong a secret is: its kind of fingerprint (None: it gets none), bits, and why that is so."""

    kind: DigestKind | None
    bits: int
    reason: str

    @property
    def weak(self) -> bool:
        """Return whether a protected environment must not have it."""
        return self.reason in {WEAK, ORDINARY}


GENERATED, KEY, GIVEN, WEAK = "generated", "private key", "strong", "weak"
ORDINARY, NO_SECRET = "looks ordinary", "certificate"


def assess(entry: Entry) -> Strength:
    """Return how strong a secret is: by its metadata where that is recorded, else by what guessing it would take."""
    value, made = entry.value.reveal(), entry.metadata
    if digests.public(value):
        return Strength(DigestKind.PUBLIC, generate.LEAST_BITS, KEY)
    if is_certificate(value):
        return Strength(None, 0, NO_SECRET)
    if made and made.source is Source.GENERATED and made.bits >= generate.LEAST_BITS:
        return Strength(DigestKind.FAST, made.bits, GENERATED)
    bits = int(max(map(strength.bits, parts.core(value))))
    if bits < SLOW_BITS:
        return Strength(None, bits, WEAK)
    if not any(map(credential.may_be_chosen, (value, *parts.parts(value)))):
        return Strength(None, bits, ORDINARY)
    return Strength(DigestKind.SLOW, bits, GIVEN)


def is_certificate(value: str) -> bool:
    """Return whether a value is a certificate without its key: public, so there is nothing to guess."""
    return value.lstrip().startswith(CERTIFICATE) and "PRIVATE KEY" not in value


def check(environment: Environment, entry: Entry) -> None:
    """Refuse a secret that a protected environment must not have; ConfigError says how to get a strong one.

    One that looks like a path, a number or a placeholder would go unnoticed in another environment: such values are
    everywhere, so guardrails do not compare them.
    """
    found = assess(entry)
    if environment.protected and found.weak:
        raise ConfigError(
            f"{entry.name} is too weak for {environment.name}: it could be guessed (less than {SLOW_BITS} bits)"
            if found.reason == WEAK
            else f"{entry.name} looks like ordinary configuration (path, number, address): it cannot be recognised",
            fix="use a generated value: 24 random letters and digits are enough",
        )


def update(root: Path, environment: Environment, entries: Iterable[Entry], kept: Collection[str] = frozenset()) -> bool:
    """Write the fingerprints of secrets, beside those of the names in `kept`. Return whether the file is another now.

    What did not change keeps its text.
    """
    known = fingerprint_match.load(root)
    sheet = known.sheet(environment.name)
    others = (each for each in sheet.prints if each.name in kept)
    changed = known.with_prints(sheet, (*others, *_prints(sheet, entries)))
    if set(changed) == set(known):
        return False
    fingerprint_match.save(root, changed)
    return True


def fetched(values: Mapping[str, Secret]) -> tuple[Entry, ...]:
    """Return the secrets of providers, whose origin is not recorded."""
    return tuple(Entry(name, value, 0, None) for name, value in values.items())


def elsewhere(root: Path, environment: Environment, store: Store) -> frozenset[str]:
    """Return the names that have a fingerprint and are not in the store: a provider's."""
    return frozenset(each.name for each in fingerprint_match.load(root).only(environment.name)) - store.entries.keys()


def unknown(root: Path, environment: Environment, entries: Iterable[Entry], verdicts: InnocentCache) -> tuple[str, ...]:
    """Return the names of secrets that could have a fingerprint and have none, or one of an older value."""
    able = {entry.value.reveal(): entry.name for entry in entries if assess(entry).kind}
    found = fingerprint_match.matches(able, fingerprint_match.load(root).only(environment.name), verdicts)
    return tuple(name for value, name in able.items() if value not in found)


def weak(entries: Iterable[Entry]) -> tuple[str, ...]:
    """Return the names of secrets that get no fingerprint: too weak, or like a setting."""
    return tuple(entry.name for entry in entries if assess(entry).weak)


def stale(root: Path, environment: Environment, entries: Iterable[Entry]) -> tuple[str, ...]:
    """Return the names whose fingerprint is missing, of an older value, or of a secret that is gone."""
    sheet = fingerprint_match.load(root).sheet(environment.name)
    return tuple(sorted({each.name for each in {*_prints(sheet, entries)} ^ {*sheet.prints}}))


def _prints(sheet: Sheet, entries: Iterable[Entry]) -> Iterator[Fingerprint]:
    for entry in entries:
        value, kind = entry.value.reveal(), assess(entry).kind
        if kind is DigestKind.PUBLIC and (tag := digests.public(value)):
            yield Fingerprint(sheet.environment, entry.name, kind, tag)
        elif kind is DigestKind.FAST:
            yield Fingerprint(sheet.environment, entry.name, kind, digests.fast(value, sheet.salt))
        elif kind is DigestKind.SLOW:
            yield from _slow_prints(sheet, entry.name, value)


def _slow_prints(sheet: Sheet, name: str, value: str) -> Iterator[Fingerprint]:
    """Yield the fingerprints of a value and of each of its parts that is strong enough by itself.

    Parts are numbered: whatever names them comes out of the secret, and the file is committed.
    """
    strong = dict.fromkeys(text for text in parts.parts(value) if strength.bits(text) >= SLOW_BITS)
    for number, text in enumerate((value, *strong)):
        tag = digests.slow(text, sheet.salt, sheet.cost)
        hint = digests.hint(text, sheet.salt)
        yield Fingerprint(sheet.environment, name, DigestKind.SLOW, tag, str(number) if number else "", hint)
