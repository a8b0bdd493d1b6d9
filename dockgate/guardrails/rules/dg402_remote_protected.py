"""DG402: a protected environment on a remote engine.

Run `inv up` or `inv deploy` on that machine itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.location import Location
from dockgate.core.target import up_command
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG402"
TITLE = "A protected environment on a remote engine"
SCOPE = Scope.TARGET


def check(context: Context) -> Iterator[Hit]:
    """Refuse to work on a remote production engine directly."""
    if context.production and context.target and not context.target.endpoint.local:
        yield Hit(
            f"{context.environment.name} is protected and {context.target.endpoint} is another machine",
            f"run it on that machine: {up_command(context.environment)} there",
            Location(context.project.file),
        )
