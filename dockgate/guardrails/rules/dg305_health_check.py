"""DG305: a long-running service without a health check.

One-shots are judged by their exit code instead. A warning in staging, as for the next three.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.compose import lifecycle
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG305"
TITLE = "A service without a health check"
SCOPE = Scope.MODEL


def check(context: Context) -> Iterator[Hit]:
    """Look for long-running services whose health is unknown; a one-shot is judged by its exit code."""
    if context.development:
        return
    for service, entry in lifecycle.long_running(context.model):
        if not lifecycle.probed(entry):
            yield Hit(
                f"{service} has {'its health check switched off' if entry.get('healthcheck') else 'no health check'}",
                "declare healthcheck: in the Compose file, where this rule and the reader can see it",
                context.place("services", service, "healthcheck"),
                severity=context.severity,
                service=service,
            )
