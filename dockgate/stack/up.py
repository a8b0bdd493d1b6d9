"""`up`: from what is prepared to a healthy stack, or a report of what failed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core import digests
from dockgate.core.errors import ConfigError
from dockgate.stack import ownership

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.core.plan import Plan
    from dockgate.engine.containers import Container
    from dockgate.stack.prepare import Prepared
    from dockgate.stack.runtimes.protocol import Observed, Order, Runtime
    from dockgate.stack.startup.outcome import Outcome


class UpResult(Struct, frozen=True):
    """How `up` ended: the outcome of the start, the plan that was run, and seconds."""

    prepared: Prepared
    plan: Plan
    outcome: Outcome
    containers: tuple[Container, ...]
    seconds: float

    def as_json(self) -> Mapping[str, object]:
        """Return what `up --json` prints; `failures`, and what serves instead, only where something failed."""
        target = self.prepared.target
        failures = [failure.as_json() for failure in self.outcome.failures]
        serving = {name: list(self.serving(name)) for name in self.outcome.failed}
        return {
            "environment": target.environment.name,
            "project": target.project,
            "endpoint": target.endpoint.host,
            "changed": bool(self.plan) or self.outcome.changed,
            "seconds": round(self.seconds, 3),
            "services": [service.as_json() for service in self.outcome.services],
            **({"failures": failures} if failures else {}),
            **({"serving": serving} if serving else {}),
        }

    def serving(self, name: str) -> tuple[str, ...]:
        """Return the images that a service's containers run now, those that are healthy or have no health check."""
        good = [one for one in self.containers if one.service == name and one.running and one.health != "unhealthy"]
        return tuple(dict.fromkeys(digests.short(f"{one.image} ({one.image_id})") for one in good))

    def remains(self) -> str:
        """Return a line for each service that is not as it was asked for: what serves now."""
        model = self.prepared.composition.model
        names = [name for name in self.outcome.failed if not model.services[name].one_shot]
        return "\n".join(f"{name}: {', '.join(self.serving(name)) or 'nothing'} serves now" for name in names)


def plan(runtime: Runtime, prepared: Prepared, services: tuple[str, ...] = ()) -> tuple[Observed, Plan]:
    """Look at the stack, and return what `up` changes there and why; ConfigError when the stack is not ours."""
    observed = runtime.observe()
    ownership.check(prepared.target, observed.containers)
    _known(prepared, services)
    return observed, runtime.plan(prepared, observed, services)


def up(runtime: Runtime, prepared: Prepared, order: Order) -> UpResult:
    """Plan, run the plan, and wait for the truth."""
    started = time.monotonic()
    observed, steps = plan(runtime, prepared, order.services)
    outcome = runtime.run(prepared, observed, steps, order)
    return UpResult(prepared, steps, outcome, outcome.containers, time.monotonic() - started)


def jobs(runtime: Runtime, prepared: Prepared, order: Order) -> UpResult:
    """Run the one-shots that the order names once more, and leave everything else as it is."""
    started = time.monotonic()
    observed = runtime.observe()
    ownership.check(prepared.target, observed.containers)
    steps = runtime.plan_jobs(prepared, observed, order.services)
    outcome = runtime.run_jobs(prepared, observed, steps, order)
    return UpResult(prepared, steps, outcome, outcome.containers, time.monotonic() - started)


def _known(prepared: Prepared, services: tuple[str, ...]) -> None:
    from dockgate.core.suggest import near  # noqa: PLC0415 - only for a typo

    model = prepared.composition.model
    for name in services:
        if name not in model.services:
            raise ConfigError(f"unknown service {name!r}." + near(name, model.services), fix=_profiles(prepared))


def _profiles(prepared: Prepared) -> str:
    known = ", ".join(sorted(prepared.composition.model.services))
    return f"services: {known}; others may need --profile=NAME"
