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

LINE = re.compile(r"# dockgate: (\w+) (generated|given) (\d+) (\d{4}-\d\d-\d\d)(?: (\w+)=(\w+))? ([0-9a-f]{32})")


class Source(StrEnum):
    """Who made a value."""

    GENERATED = "generated"
    GIVEN = "given"


class SecretMetadata(Struct, frozen=True):
    """Who made a value, with how many bits of randomness (0: unknown), and on which day.

    Of a password that two roles have in turn also the role, and the variable by which services read its name.
    """

    source: Source
    bits: int
    day: date
    variable: str = ""
    role: str = ""

    def line(self, name: str, value: Secret) -> str:
        """Return the comment that says it; the digest at its end ties it to this value and stays in the store."""
        role = f" {self.variable}={self.role}" if self.variable else ""
        return f"# dockgate: {name} {self.source} {self.bits} {self.day.isoformat()}{role} {_tie(name, value, role)}"


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
    if match is None:
        return None
    variable, role = match[5] or "", match[6] or ""
    if match[7] != _tie(match[1], value, f" {variable}={role}" if variable else ""):
        return None
    try:
        return SecretMetadata(Source(match[2]), int(match[3]), date.fromisoformat(match[4]), variable, role)
    except ValueError:
        return None


def _tie(name: str, value: Secret, role: str) -> str:
    tied = f"{name}\0{value.reveal()}" + (f"\0{role}" if role else "")
    return hashlib.blake2b(tied.encode(), digest_size=16, person=b"dockgate-tie").hexdigest()
