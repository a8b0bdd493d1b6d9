"""Near names for a misspelt one."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SHORT = 3  # letters; below, see the ratio


def near(name: str, known: Iterable[str]) -> str:
    """Return ` Did you mean x?` for the nearest of `known`, else an empty string."""
    cutoff = 0.6 if len(name) > SHORT else 0.5  # two letters of three, or two the wrong way round
    matches = get_close_matches(name, sorted(known), n=2, cutoff=cutoff)
    return f" Did you mean {' or '.join(matches)}?" if matches else ""
