"""DG405: DOCKER_HOST or DOCKER_CONTEXT silently wins over the context that the user chose.

`DOCKER_HOST` overrides the active context silently. A warning outside production.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.location import Location
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG405"
TITLE = "A variable that overrides the chosen engine"
SCOPE = Scope.TARGET


def check(context: Context) -> Iterator[Hit]:
    """Say that a variable hides another choice; in production, refuse until only one is left."""
    if context.target is None or not context.shadowed_endpoint:
        return
    endpoint = context.target.endpoint
    yield Hit(
        f"{endpoint.chosen_by} chose {endpoint}, and hides {context.shadowed_endpoint}",
        f"unset {endpoint.chosen_by}, or choose the same with docker context use",
        Location(""),
        severity=context.severity,
    )
