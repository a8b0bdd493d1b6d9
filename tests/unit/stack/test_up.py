"""`up` over a runtime that is no Compose: what is above the protocol knows nothing else."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.errors import ConfigError
from dockgate.core.plan import Plan, Step
from dockgate.stack import up
from dockgate.stack.runtimes.protocol import Observed, Order
from dockgate.stack.startup.outcome import Outcome
from tests.unit import projects
from tests.unit.stack.startup.stacks import container, model, service

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.stack.prepare import Prepared

STEPS = Plan((Step("update", "api", "image api:1 → api:2"),))


class Swarm:
    """A runtime that is made up; it notes what it is asked."""

    def __init__(self, environment: str = "dev") -> None:
        self.observed = Observed((container("api", "running", labels={"dev.dockgate.environment": environment}),))
        self.ran: list[object] = []

    def observe(self) -> Observed:
        return self.observed

    def plan(self, _prepared: Prepared, observed: Observed, services: tuple[str, ...]) -> Plan:
        assert (observed, services) == (self.observed, ("api",))
        return STEPS

    def run(self, _prepared: Prepared, observed: Observed, plan: Plan, order: Order) -> Outcome:
        self.ran += [observed, plan, order]
        return Outcome((), (), changed=False, seconds=1.0)


def prepared(tmp_path: Path) -> Any:
    """Return a stack of one service, ready."""
    composition = SimpleNamespace(model=model(service("api")))
    return SimpleNamespace(target=projects.stack(projects.make(tmp_path)), composition=composition)


def test_the_plan_that_is_shown_is_the_plan_that_is_run(tmp_path: Path) -> None:
    """The very value, with what it was made from."""
    runtime: Any = Swarm()
    ready, order = prepared(tmp_path), Order(("api",), 7.0)
    assert up.plan(runtime, ready, ("api",)) == (runtime.observed, STEPS)
    assert runtime.ran == []
    result = up.up(runtime, ready, order)
    assert runtime.ran == [runtime.observed, STEPS, order]
    assert (str(result.plan), result.as_json()["changed"]) == ("update api (image api:1 → api:2)", True)


@pytest.mark.parametrize(
    ("environment", "service", "said"), [("prod", "api", "belongs to environment"), ("dev", "apii", "mean api")]
)
def test_nothing_is_run_in_another_stack_or_for_no_service(
    tmp_path: Path, environment: str, service: str, said: str
) -> None:
    """Whichever runtime it is."""
    runtime: Any = Swarm(environment)
    with pytest.raises(ConfigError, match=said):
        up.up(runtime, prepared(tmp_path), Order((service,)))
    assert runtime.ran == []
