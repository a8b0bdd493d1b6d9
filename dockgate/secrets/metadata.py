"""How a secret came about, written beside it in the encrypted store, and void as soon as the value is another."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from dockgate.core.secret import Secret

LINE = re.compile(r"# dockgate: (\w+) (generated|given) (\d+) (\d{4}-\d\d-\d\d) ([0-9a-f]{32})")


class Source(StrEnum):
    """Who made a value."""

    GENERATED = "generated"
    GIVEN = "given"


class SecretMetadata(Struct, frozen=True):
    """Who made a value, with how many bits of randomness (0: unknown), and on which day."""

    source: Source
    bits: int
    day: date

    def line(self, name: str, value: Secret) -> str:
        """Return the comment that says it; the digest at its end ties it to this value and stays in the store."""
        return f"# dockgate: {name} {self.source} {self.bits} {self.day.isoformat()} {_tie(name, value)}"


def today(source: Source, bits: int = 0) -> SecretMetadata:
    """Return the metadata of a value that came about today."""
    return SecretMetadata(source, bits, datetime.now(UTC).date())


def subject(line: str) -> str | None:
    """Return the name of the secret that a comment is about, None for any other line."""
    match = LINE.fullmatch(line.strip())
    return match[1] if match else None


def parse(line: str, value: Secret) -> SecretMetadata | None:
    """Return what a comment says about `value`, None when it was written about another value."""
    match = LINE.fullmatch(line.strip())
    if match is None or match[5] != _tie(match[1], value):
        return None
    try:
        return SecretMetadata(Source(match[2]), int(match[3]), date.fromisoformat(match[4]))
    except ValueError:
        return None


def _tie(name: str, value: Secret) -> str:
    return hashlib.blake2b(f"{name}\0{value.reveal()}".encode(), digest_size=16, person=b"dockgate-tie").hexdigest()
