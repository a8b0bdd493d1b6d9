"""Questions about a resolved Compose model that several rules ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

COMPLETED = "service_completed_successfully"


def awaited(model: Mapping[str, Any]) -> frozenset[str]:
    """Return the services that some other service needs completed."""
    return frozenset(
        name
        for entry in model.get("services", {}).values()
        for name, condition in (entry.get("depends_on") or {}).items()
        if condition.get("condition") == COMPLETED
    )


def long_running(model: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Go through the services that are meant to stay up: not awaited to complete, not told to run once."""
    done = awaited(model)
    for name, entry in model.get("services", {}).items():
        if name not in done and not (entry.get("restart") == "no" and not probed(entry)):
            yield name, entry


def probed(entry: Mapping[str, Any]) -> bool:
    """Tell whether a service declares a health check that is not switched off."""
    probe = entry.get("healthcheck") or {}
    test = probe.get("test") or ["NONE"]
    return not probe.get("disable") and test[0] != "NONE"
