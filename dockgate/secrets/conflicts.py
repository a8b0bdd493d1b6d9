"""A secret that two branches changed, as the store keeps it until one value is chosen: one comment with both."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core.secret import Secret
from dockgate.secrets import metadata

if TYPE_CHECKING:
    from collections.abc import Iterable

LINE = re.compile(r"# dockgate-conflict: (\w+) (\S+) (\S+)")
REMOVED = "-"


class Side(StrEnum):
    """Which branch, in git's own words: in a rebase, `ours` is the branch that is rebased onto."""

    OURS = "ours"
    THEIRS = "theirs"


class Conflict(Struct, frozen=True):
    """What each branch wrote for a secret, its metadata included; empty where it removed the secret."""

    name: str
    ours: Secret
    theirs: Secret

    def line(self) -> str:
        """Return the comment that keeps both; the store is encrypted as a whole."""
        return f"# dockgate-conflict: {self.name} {_packed(self.ours)} {_packed(self.theirs)}\n"

    def of(self, side: Side) -> str:
        """Return what one branch wrote."""
        return (self.ours if side is Side.OURS else self.theirs).reveal()


def parse(line: str) -> Conflict | None:
    """Return what a comment keeps, None for any other line."""
    match = LINE.fullmatch(line.strip())
    return Conflict(match[1], _unpacked(match[2]), _unpacked(match[3])) if match else None


def described(conflict: Conflict) -> str:
    """Return what is known of both values but for themselves: how each came about, and when."""
    return f"{conflict.name}: ours {_origin(conflict.ours)}, theirs {_origin(conflict.theirs)}"


def choices(names: Iterable[str], environment: str) -> str:
    """Return the command that chooses, for the first of these names."""
    flags = f"inv secrets.merge --env={environment}"
    return next((f"{flags} --ours={name} or --theirs={name}" for name in names), "")


def _origin(text: Secret) -> str:
    records = (metadata.LINE.fullmatch(line.strip()) for line in text.reveal().splitlines())
    found = next((match for match in records if match), None)
    if found:
        return f"{found[2]} on {found[4]}"
    return "of unknown origin" if text else "removed"


def _packed(text: Secret) -> str:
    return b64encode(text.reveal().encode()).decode() or REMOVED


def _unpacked(word: str) -> Secret:
    return Secret("" if word == REMOVED else b64decode(word).decode())
