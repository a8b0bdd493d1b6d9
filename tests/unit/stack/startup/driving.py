"""The driver with a stack of three services, and a listener to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockgate.stack.startup import drive
from tests.unit.stack.startup.stacks import COMPLETED, HEALTHY, FakeEngine, container, model, service

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.stack.startup.outcome import Outcome, Row, State


STACK = model(service("db"), service("migrate", None, db=HEALTHY), service("api", db=HEALTHY, migrate=COMPLETED))
JOB = {"migrate": [("die", 0)]}


def created(**react: list[tuple[str, int]]) -> FakeEngine:
    """Return an engine with the stack created."""
    return FakeEngine(*(container(name) for name in STACK.services), react={**JOB, **react})


def states(outcome: Outcome) -> Mapping[str, State]:
    """Return each service's outcome."""
    return {one.name: one.outcome for one in outcome.services}


def start(engine: FakeEngine, **options: Any) -> Outcome:
    """Start the stack; a test that hangs fails soon."""
    return drive.start(STACK, engine, **{"timeout": 60.0, **options})


class Listener:
    """Records what it is told."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.rows: list[tuple[Row, ...]] = []
        self.closed = 0

    def update(self, rows: tuple[Row, ...]) -> None:
        """Write it down."""
        self.rows.append(rows)

    def close(self) -> None:
        """Count."""
        self.closed += 1
