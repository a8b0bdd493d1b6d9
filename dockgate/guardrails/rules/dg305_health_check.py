"""DG305: a long-running service without a health check.

One-shots are judged by their exit code instead. A check that cannot fail (`true`, `exit 0`, `curl … || true`), or only
after an hour (`interval`, `retries`, `start_period`), is none. A warning in staging, as for the next three.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockgate.compose import lifecycle, probe
from dockgate.compose.model import seconds
from dockgate.core.compose_escape import unescape
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockgate.guardrails.context import Context

CODE = "DG305"
TITLE = "A service without a health check"
SCOPE = Scope.MODEL
HOUR = 3600  # seconds; chosen as the limit: slower probes are a mistake in a unit


def check(context: Context) -> Iterator[Hit]:
    """Look for long-running services whose health is unknown; a one-shot is judged by its exit code."""
    if context.development:
        return
    for service, entry in lifecycle.long_running(context.model):
        if wrong := _wrong(entry):
            yield Hit(
                f"{service} has {wrong}",
                "declare healthcheck: with a test that asks the service itself, and fails when it does not answer",
                context.place("services", service, "healthcheck"),
                severity=context.severity,
                service=service,
            )


def _wrong(entry: Mapping[str, Any]) -> str:
    """Return what is wrong with a service's health check, empty where nothing is."""
    if not lifecycle.probed(entry):
        return "its health check switched off" if entry.get("healthcheck") else "no health check"
    test = [unescape(word) for word in entry["healthcheck"]["test"]]
    if probe.cannot_fail(test):
        return "a health check that cannot fail"
    late = _seconds(entry["healthcheck"])
    return f"a health check that fails after {late / HOUR:.0f} hours at the earliest" if late > HOUR else ""


def _seconds(health: Mapping[str, Any]) -> float:
    """Return how long a service that never answers is not called unhealthy."""
    interval, retries = seconds(health.get("interval"), 30.0), int(health.get("retries") or 3)
    return seconds(health.get("start_period"), 0.0) + retries * interval
