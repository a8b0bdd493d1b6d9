"""A made-up swarm: where a deployment runs, and what it says."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any, ClassVar, NamedTuple

from dockgate.core.plan import Plan, Step
from dockgate.stack.runtimes.protocol import Order, Traits

STEPS = Plan((Step("update", "api", "image a → b; start-first"),))


MODEL = object()


class Address(NamedTuple):
    """Where a service answers."""

    service: str
    url: str

    def __str__(self) -> str:
        """Return where."""
        return self.url


class Failure(NamedTuple):
    """A service that did not come up."""

    service: str

    def __str__(self) -> str:
        """Say so."""
        return f"{self.service}: unhealthy"


class Runtime:
    """Where the shop runs: several engines."""

    traits = Traits(command="deploy", secret_files=False, pulls=True, nodes=True)
    watch = 7.0
    plan = STEPS
    orders: ClassVar[list[Order]] = []

    def exclusive(self, *_: object) -> Any:
        return nullcontext()

    def engines(self) -> tuple[str, ...]:
        return ("node1",)

    def notes(self, prepared: Any) -> tuple[str, ...]:
        assert prepared.composition.model is MODEL
        return ("api: restart: none is written",)
