"""DG322: a service that says that it runs as root.

`user: root`, `0` or `0:0`, whatever the image says. An error in production, a warning in staging. Where a service says
nothing, its image decides (DG501).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.guardrails import settings
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG322"
TITLE = "A service that runs as root"
SCOPE = Scope.MODEL


def check(context: Context) -> Iterator[Hit]:
    """Look at `user:` of each service."""
    if context.development:
        return
    for service, entry in context.services():
        user = entry.get("user")
        if settings.is_root(user):
            yield Hit(
                f"{service} runs as root (user: {user})",
                "user: a number above 0; files that need another owner get it when the image is built",
                context.place("services", service, "user"),
                severity=context.severity,
                service=service,
            )
