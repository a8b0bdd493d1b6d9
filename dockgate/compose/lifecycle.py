"""Questions about a resolved Compose model that start-up and several rules ask: each is answered here alone."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from dockgate.core.labels import ONE_SHOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SWARM_RESTART = {"none": "no", "any": "always", "on-failure": "on-failure"}


class Condition(StrEnum):
    """What a dependency has to reach before the dependent starts."""

    STARTED = "service_started"
    HEALTHY = "service_healthy"
    COMPLETED = "service_completed_successfully"


def awaited(model: Mapping[str, Any]) -> frozenset[str]:
    """Return the services that another service needs completed."""
    return frozenset(
        name
        for entry in (model.get("services") or {}).values()
        for name, condition in (entry.get("depends_on") or {}).items()
        if condition.get("condition") == Condition.COMPLETED
    )


def one_shots(model: Mapping[str, Any]) -> frozenset[str]:
    """Return the services that are meant to end: another one waits for their completion, or their label says so.

    A restart policy does not decide it: `restart: "no"` is also the default of a service that is meant to stay up.
    """
    entries = (model.get("services") or {}).items()
    return awaited(model) | {name for name, entry in entries if _labelled(entry)}


def long_running(model: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Iterate over the services that are meant to stay up."""
    ending = one_shots(model)
    yield from (each for each in (model.get("services") or {}).items() if each[0] not in ending)


def undeclared(model: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Iterate over services that look like one-shots without being declared as such: never restarted, not probed.

    What publishes a port is meant to stay.
    """
    for name, entry in long_running(model):
        told = {str(policy).partition(":")[0] for policy in (entry.get("restart", ""), restart(entry))}
        if told <= {"no", "on-failure"} and not probed(entry) and not entry.get("ports"):
            yield name, entry


def probed(entry: Mapping[str, Any]) -> bool:
    """Return whether a service declares a health check that is not switched off."""
    probe = entry.get("healthcheck") or {}
    test = probe.get("test") or ["NONE"]
    return not probe.get("disable") and test[0] != "NONE"


def restart(entry: Mapping[str, Any]) -> str:
    """Return the restart policy that Compose gives a service's containers (measured with Compose 2.40.3).

    `deploy.restart_policy` wins over `restart`, and one without a condition is "no".
    """
    policy = (entry.get("deploy") or {}).get("restart_policy")
    if policy:
        condition = str(policy.get("condition") or "none")
        return SWARM_RESTART.get(condition, condition)
    return str(entry.get("restart") or "no")


def _labelled(entry: Mapping[str, Any]) -> bool:
    return str((entry.get("labels") or {}).get(ONE_SHOT)).lower() == "true"
