"""DG100: a file of the environment that cannot be read at all.

A missing or unreadable layer, text that is not UTF-8, a damaged store: each problem at its own line, always an error.
The other environments are still checked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.location import Location
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG100"
TITLE = "A file of the environment that cannot be read"
SCOPE = Scope.SCHEMA


def check(context: Context) -> Iterator[Hit]:
    """Report what stopped the environment from being read: a problem for each place."""
    return (Hit(each.what, each.fix, each.where or Location("")) for each in context.unreadable)
