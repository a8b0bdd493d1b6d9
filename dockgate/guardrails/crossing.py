"""Asks one question of any text: does it hold a secret of some environment? Fingerprints answer it, each text once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Match:
    """A known secret, found: the environment it belongs to, and the variable there."""

    environment: str
    name: str


class Matcher(Protocol):
    """What knows fingerprints."""

    def matches(self, text: str) -> tuple[Match, ...]:
        """Return the secrets that `text` holds, whole, inside or encoded."""


class NoFingerprints:
    """The matcher of a project without fingerprints."""

    def matches(self, text: str) -> tuple[Match, ...]:  # noqa: ARG002 - the protocol's
        """Return nothing: nothing is known."""
        return ()


NOTHING = NoFingerprints()
