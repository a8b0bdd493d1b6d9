"""DG307: a long-running service that does not come back by itself.

It would stay down after a crash or a reboot. One-shots are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.compose import lifecycle
from dockgate.core.labels import ONE_SHOT
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG307"
TITLE = "A service without a restart policy"
SCOPE = Scope.MODEL


def check(context: Context) -> Iterator[Hit]:
    """Look for long-running services that stay down after a crash or a reboot."""
    if context.development:
        return
    undeclared = {name for name, _ in lifecycle.undeclared(context.model)}  # DG314 reports those, with both fixes
    for service, entry in lifecycle.long_running(context.model):
        if lifecycle.restart(entry) == "no" and service not in undeclared:
            yield Hit(
                f"{service} stays down after a crash or a reboot",
                f'restart: always; where it is meant to end: labels: {{{ONE_SHOT}: "true"}}',
                context.place("services", service, "restart"),
                severity=context.severity,
                service=service,
            )
