"""DG401: an engine that the environment does not list.

`endpoints` of the environment: `"local"`, addresses, host names, patterns. `DOCKER_HOST`, `DOCKER_CONTEXT` and the
active context are all considered, in Docker's own order.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dockgate.core.location import Location
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dockgate.core.endpoint import Endpoint
    from dockgate.guardrails.context import Context

CODE = "DG401"
TITLE = "An engine that the environment does not list"
SCOPE = Scope.TARGET
LOCAL = "local"


def check(context: Context) -> Iterator[Hit]:
    """Compare the engine with `endpoints`: `local`, addresses, host names; patterns with `*`."""
    if context.target is None or listed(context.target.endpoint, context.environment.endpoints):
        return
    endpoint = context.target.endpoint
    others = [
        name
        for name, each in context.project.environments.items()
        if name != context.environment.name and listed(endpoint, each.endpoints)
    ]
    whose = f"; {', '.join(others)} {'does' if len(others) == 1 else 'do'}" if others else ""
    yield Hit(
        f"{context.environment.name} does not list {endpoint}, which {endpoint.chosen_by} chose{whose}",
        f"choose another engine, or list it in [tool.dockgate.environments.{context.environment.name}] endpoints",
        Location(context.project.file),
    )


def listed(endpoint: Endpoint, patterns: Sequence[str]) -> bool:
    """Return whether one of the patterns is about this engine."""
    host = urlsplit(endpoint.host).hostname or ""
    for pattern in patterns:
        if pattern == LOCAL and endpoint.local:
            return True
        if pattern != LOCAL and (fnmatchcase(endpoint.host, pattern) or (host and fnmatchcase(host, pattern))):
            return True
    return False
