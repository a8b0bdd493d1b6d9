"""`up`: from env files to a healthy stack, or a report of what failed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core.errors import ConfigError
from dockgate.engine import containers as engine_containers
from dockgate.stack import changes, ownership
from dockgate.stack.startup import drive
from dockgate.system import process

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.core.plan import Plan
    from dockgate.engine.containers import Container
    from dockgate.stack.prepare import Prepared
    from dockgate.stack.startup.board import Listener
    from dockgate.stack.startup.outcome import Outcome


class Result(Struct, frozen=True):
    """How `up` ended: the outcome of the start, what Compose had to change, and seconds."""

    prepared: Prepared
    plan: Plan
    outcome: Outcome
    containers: tuple[Container, ...]
    seconds: float

    def as_json(self) -> Mapping[str, object]:
        """Return what `up --json` prints; `failures` only where something failed."""
        target = self.prepared.target
        failures = [failure.as_json() for failure in self.outcome.failures]
        return {
            "environment": target.environment.name,
            "project": target.project,
            "endpoint": target.endpoint.host,
            "changed": bool(self.plan) or self.outcome.changed,
            "seconds": round(self.seconds, 3),
            "services": [service.as_json() for service in self.outcome.services],
            **({"failures": failures} if failures else {}),
        }


def foresee(prepared: Prepared, services: tuple[str, ...] = ()) -> Plan:
    """Return what `up` would change on the engine, and why."""
    containers = _look(prepared, services)
    lost = engine_containers.lost_networks(engine_containers.connect(prepared.target.endpoint), containers)
    return changes.plan(prepared.composition.model, containers, services, lost=lost)


def up(prepared: Prepared, services: tuple[str, ...], timeout: float, listener: Listener) -> Result:
    """Create what the plan says, start it in order, and wait for the truth; `timeout` in seconds is for the start."""
    started = time.monotonic()
    target, model = prepared.target, prepared.composition.model
    containers: tuple[Container, ...] | None = _look(prepared, services)
    wire = engine_containers.connect(target.endpoint)
    lost = engine_containers.lost_networks(wire, containers or ())
    plan = changes.plan(model, containers or (), services, lost=lost)
    if unsupported := model.unsupported():
        _compose_up(prepared, services, timeout, unsupported)
        outcome = drive.verify(model, wire, services=services, timeout=timeout, listener=listener)
        return Result(prepared, plan, outcome, outcome.containers, time.monotonic() - started)
    if changes.creates(plan):
        words = ("up", "--no-start", "--no-build", "--pull", "never", "--quiet-pull")
        if stranded := changes.stranded(model, containers or (), services, lost):
            process.run(prepared.composition.command(*words, "--no-deps", "--force-recreate", *stranded))
        process.run(prepared.composition.command(*words, "--remove-orphans", *services))
        containers = None
    outcome = drive.start(model, wire, services=services, timeout=timeout, listener=listener, listed=containers)
    return Result(prepared, plan, outcome, outcome.containers, time.monotonic() - started)


def _look(prepared: Prepared, services: tuple[str, ...]) -> tuple[Container, ...]:
    """Return the stack's containers; ConfigError when they are not ours, or for a service that nobody knows."""
    target = prepared.target
    containers = engine_containers.containers(target.endpoint, target.project)
    ownership.check(target, containers)
    _known(prepared, services)
    return containers


def _known(prepared: Prepared, services: tuple[str, ...]) -> None:
    from dockgate.core.suggest import near  # noqa: PLC0415 - only for a typo

    model = prepared.composition.model
    for name in services:
        if name not in model.services:
            raise ConfigError(f"no service {name!r} here." + near(name, model.services), fix=_profiles(prepared))


def _profiles(prepared: Prepared) -> str:
    known = ", ".join(sorted(prepared.composition.model.services))
    return f"services: {known}; others may be behind --profile=NAME"


def _compose_up(prepared: Prepared, services: tuple[str, ...], timeout: float, unsupported: tuple[str, ...]) -> None:
    """Let Compose start what only Compose can; health is verified afterwards all the same."""
    words = ("up", "--detach", "--wait", "--wait-timeout", str(int(timeout)), "--no-build", "--pull", "never")
    command = prepared.composition.command(*words, "--remove-orphans", *services, timeout=timeout + 30.0)
    result = process.run(command, check=False)
    if result.code != 0 and not engine_containers.containers(prepared.target.endpoint, prepared.target.project):
        failure = process.failed(command, result)
        failure.what += f" (started by Compose because of {', '.join(unsupported)})"
        raise failure
