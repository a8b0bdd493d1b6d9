"""DG315: `start_interval` without `start_period`, which has no effect.

It has no effect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.findings import Severity
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG315"
TITLE = "start_interval without start_period"
SCOPE = Scope.MODEL


def check(context: Context) -> Iterator[Hit]:
    """Look for probes that are to be quick while a service starts, without a time in which it starts."""
    for service, entry in context.services():
        probe = entry.get("healthcheck") or {}
        if probe.get("start_interval") and str(probe.get("start_period") or "0s") in ("0", "0s"):
            yield Hit(
                f"start_interval of {service} has no effect without start_period",
                "healthcheck: {start_period: 30s}",
                context.place("services", service, "healthcheck", "start_interval"),
                severity=Severity.WARNING,
                service=service,
            )
