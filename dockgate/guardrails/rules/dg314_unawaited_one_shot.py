"""DG314: a one-shot that no service waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.compose import predicates
from dockgate.guardrails.rule import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG314"
TITLE = "A one-shot that no service waits for"
SCOPE = Scope.MODEL


def check(context: Context) -> Iterator[Hit]:
    """Look for services with `restart: "no"` and no health check that no other service needs completed."""
    awaited = predicates.awaited(context.model)
    for service, entry in context.services():
        ends = str(entry.get("restart", "")).partition(":")[0] in ("no", "on-failure")
        if ends and service not in awaited and not predicates.probed(entry) and not entry.get("profiles"):
            yield Hit(
                f"{service} runs once and no service waits for it: a failure would go unnoticed",
                f"depends_on: {{{service}: {{condition: service_completed_successfully}}}} where its work is needed",
                context.place("services", service),
                severity=context.severity,
                service=service,
            )
