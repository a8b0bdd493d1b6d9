"""Changed services once more beside themselves, so that whoever calls them always finds one: before `up` replaces them.

Compose alone takes all containers of a service away before it starts new ones.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from dockgate.system import process

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockgate.compose.model import Model, Service
    from dockgate.core.plan import Plan
    from dockgate.engine.containers import Container
    from dockgate.stack.prepare import Prepared
    from dockgate.stack.runtimes.protocol import Observed

MARGIN = 30.0  # seconds beyond Compose's own --wait-timeout, so that it is Compose that reports; chosen
# Callers may remember the old addresses for a while: the gateway asks again after a second (its `resolver … valid`).
NOTICE = 1.5


def doubles(model: Model, containers: Sequence[Container], plan: Plan) -> Mapping[str, int]:
    """Return how many containers the services that the plan replaces have meanwhile, none where that is not safe.

    Safe is what has a health check and shares nothing that only one can have (a port, a name, a volume); and one
    service that has to be replaced otherwise, such as the store that the others talk to, leaves none.
    """
    replaced = {step.target for step in plan.steps if step.action == "recreate"}
    names = {one.service for one in containers if one.name in replaced and not model.services[one.service].one_shot}
    if not all(_alone(model, model.services[name]) for name in names):
        return {}
    running = {name: sum(one.service == name and one.running for one in containers) for name in sorted(names)}
    return {name: count + model.services[name].replicas for name, count in running.items() if count}


def begin(prepared: Prepared, observed: Observed, plan: Plan, timeout: float) -> tuple[str, ...]:
    """Start new containers beside the old ones and wait for their health; return the services that were doubled.

    A new one that does not get healthy is for `up` to report, which keeps the new ones and removes the old.
    """
    counts = doubles(prepared.composition.model, observed.containers, plan)
    if not counts:
        return ()
    scales = [word for name, count in counts.items() for word in ("--scale", f"{name}={count}")]
    words = ("up", "--detach", "--no-recreate", "--no-deps", "--no-build", "--pull", "never", "--quiet-pull")
    waits = ("--wait", "--wait-timeout", str(int(timeout)))
    process.run(prepared.composition.command(*words, *waits, *scales, *counts, timeout=timeout + MARGIN), check=False)
    time.sleep(NOTICE)
    return tuple(counts)


def _alone(model: Model, service: Service) -> bool:
    """Tell whether a second container of a service gets in nobody's way."""
    written = (model.raw.get("services") or {}).get(service.name, {})
    return bool(service.healthcheck) and not (
        service.ports or service.container_name or written.get("volumes") or written.get("network_mode")
    )
