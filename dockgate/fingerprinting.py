"""Which secrets get a fingerprint, and of which kind; and which are too weak for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate import credential, digests, fingerprints, generate, parts, strength
from dockgate.digests import Kind
from dockgate.errors import ConfigError
from dockgate.fingerprints import SLOW_BITS, Fingerprint
from dockgate.provenance import Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dockgate.fingerprintfile import Sheet
    from dockgate.project import Environment
    from dockgate.secretstore import Entry, Store

CERTIFICATE = "-----BEGIN CERTIFICATE-----"


class Strength(Struct, frozen=True):
    """How strong a secret is: its kind of fingerprint (None: it gets none), bits, and why that is so."""

    kind: Kind | None
    bits: int
    reason: str

    @property
    def weak(self) -> bool:
        """Tell whether a protected environment must not have it."""
        return self.reason in {WEAK, ORDINARY}


GENERATED, KEY, GIVEN, WEAK = "generated", "private key", "strong", "weak"
ORDINARY, NO_SECRET = "looks ordinary", "certificate"


def assess(entry: Entry) -> Strength:
    """Return how strong a secret is: by provenance where it is recorded, else by what guessing it would take."""
    value, made = entry.value.reveal(), entry.provenance
    if digests.public(value):
        return Strength(Kind.PUBLIC, generate.LEAST_BITS, KEY)
    if is_certificate(value):
        return Strength(None, 0, NO_SECRET)
    if made and made.source is Source.GENERATED and made.bits >= generate.LEAST_BITS:
        return Strength(Kind.FAST, made.bits, GENERATED)
    bits = int(max(map(strength.bits, parts.core(value))))
    if bits < SLOW_BITS:
        return Strength(None, bits, WEAK)
    if not any(map(credential.may_be_chosen, (value, *parts.parts(value)))):
        return Strength(None, bits, ORDINARY)
    return Strength(Kind.SLOW, bits, GIVEN)


def is_certificate(value: str) -> bool:
    """Tell whether a value is a certificate without its key: public, so nobody has to guess it."""
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
            else f"{entry.name} looks like a setting (a path, a number, an address): nobody could tell it from one",
            fix="take one that a generator made: 24 random letters and digits are enough",
        )


def update(root: Path, environment: Environment, store: Store) -> bool:
    """Write the fingerprints of a store; what did not change keeps its text. Return whether the file is another now."""
    known = fingerprints.load(root)
    sheet = known.sheet(environment.name)
    changed = known.with_prints(sheet, tuple(_prints(sheet, store)))
    if set(changed) == set(known):
        return False
    fingerprints.save(root, changed)
    return True


def weak(store: Store) -> tuple[str, ...]:
    """Return the names of secrets that get no fingerprint: too weak, or like a setting."""
    return tuple(name for name, entry in store.entries.items() if assess(entry).weak)


def stale(root: Path, environment: Environment, store: Store) -> tuple[str, ...]:
    """Return the names whose fingerprint is missing, of an older value, or of a secret that is gone."""
    sheet = fingerprints.load(root).sheet(environment.name)
    return tuple(sorted({each.name for each in {*_prints(sheet, store)} ^ {*sheet.prints}}))


def _prints(sheet: Sheet, store: Store) -> Iterator[Fingerprint]:
    for entry in store.entries.values():
        value, kind = entry.value.reveal(), assess(entry).kind
        if kind is Kind.PUBLIC:
            yield Fingerprint(sheet.environment, entry.name, kind, digests.public(value) or "")
        elif kind is Kind.FAST:
            yield Fingerprint(sheet.environment, entry.name, kind, digests.fast(value, sheet.salt))
        elif kind is Kind.SLOW:
            yield from _slow_prints(sheet, entry.name, value)


def _slow_prints(sheet: Sheet, name: str, value: str) -> Iterator[Fingerprint]:
    """Go through the fingerprints of a value and of each of its parts that is strong enough by itself.

    Parts are numbered: whatever names them comes out of the secret, and the file is committed.
    """
    strong = dict.fromkeys(text for text in parts.parts(value) if strength.bits(text) >= SLOW_BITS)
    for number, text in enumerate((value, *strong)):
        tag = digests.slow(text, sheet.salt, sheet.cost)
        yield Fingerprint(sheet.environment, name, Kind.SLOW, tag, str(number) if number else "")
