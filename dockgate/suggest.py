"""Near names for a misspelt one."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def near(name: str, known: Iterable[str]) -> str:
    """Return ` Did you mean x?` for the nearest of `known`, else an empty string."""
    matches = get_close_matches(name, sorted(known), n=2, cutoff=0.6)
    return f" Did you mean {' or '.join(matches)}?" if matches else ""
