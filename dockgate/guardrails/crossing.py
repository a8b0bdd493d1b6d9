"""Asks one question of any text: does it hold a secret of some environment? Fingerprints answer it, each text once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Match(Struct, frozen=True):
    """A known secret, found: the environment it belongs to, and the variable there."""

    environment: str
    name: str


class Matcher(Protocol):
    """What knows fingerprints; `slow` and `quick`: whether it knows any of that kind."""

    @property
    def slow(self) -> bool:
        """Whether a secret that a person chose is among them, for which values are to be picked out of lines."""

    @property
    def quick(self) -> bool:
        """Whether a drawn secret or a private key is among them."""

    def matches(self, text: str, *, slow: bool = ...) -> tuple[Match, ...]:
        """Return the secrets that `text` holds, whole, inside or encoded; `slow` ones are for values, not for prose.

        Without them, of drawn ones those that stand between characters which no generator draws.
        """

    @property
    def hinted(self) -> bool:
        """Whether chosen ones can be told from nearly all other strings at no cost."""

    def chosen(self, strings: Iterable[str]) -> Mapping[str, Match]:
        """Return those of many strings that are a secret which a person chose, as they stand."""

    def prime(self, texts: Iterable[str]) -> None:
        """Look at many values at once, on every processor: `matches` then answers from memory."""


class NoFingerprints:
    """The matcher of a project without fingerprints."""

    slow = quick = hinted = False

    def matches(self, text: str, *, slow: bool = True) -> tuple[Match, ...]:  # noqa: ARG002 - the protocol's
        """Return nothing: nothing is known."""
        return ()

    def chosen(self, strings: Iterable[str]) -> Mapping[str, Match]:  # noqa: ARG002 - the protocol's
        """Return nothing: nothing is known."""
        return {}

    def prime(self, texts: Iterable[str]) -> None:
        """Do nothing: there is nothing to compare with."""


NOTHING = NoFingerprints()
