"""`up` over a runtime that is no Compose: what is above the protocol knows nothing else."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.core.errors import ConfigError
from dockgate.core.plan import Plan, Step
from dockgate.stack import up
from dockgate.stack.runtimes.protocol import Observed, Order
from dockgate.stack.startup.outcome import Failure, Outcome, ServiceOutcome, State
from tests.unit import projects
from tests.unit.stack.startup.stacks import COMPLETED, container, model, service

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

    def plan_jobs(self, _prepared: Prepared, observed: Observed, services: tuple[str, ...]) -> Plan:
        return self.plan(_prepared, observed, services)

    def run_jobs(self, _prepared: Prepared, observed: Observed, plan: Plan, order: Order) -> Outcome:
        self.ran.append("jobs")
        return self.run(_prepared, observed, plan, order)

    def run(self, _prepared: Prepared, observed: Observed, plan: Plan, order: Order) -> Outcome:
        self.ran += [observed, plan, order]
        return Outcome((), (), changed=False, seconds=1.0, containers=self.observed.containers)


def prepared(tmp_path: Path) -> Any:
    """Return a stack of one service, ready."""
    composition = SimpleNamespace(model=model(service("db"), service("api")))
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
    assert (result.prepared, result.containers) == (ready, runtime.observed.containers)
    assert 0 < result.seconds < 100


@pytest.mark.parametrize(
    ("environment", "service", "said"),
    [
        ("prod", "api", "stack shop-dev belongs to environment prod\n  → set another name in [tool.dockgate]"),
        (
            "dev",
            "apii",
            "unknown service 'apii'. Did you mean api?\n  → services: api, db; others may need --profile=NAME",
        ),
    ],
)
def test_nothing_is_run_in_another_stack_or_for_no_service(
    tmp_path: Path, environment: str, service: str, said: str
) -> None:
    """Whichever runtime it is."""
    runtime: Any = Swarm(environment)
    for start in (up.up, up.jobs) if environment == "prod" else (up.up,):
        with pytest.raises(ConfigError) as caught:
            start(runtime, prepared(tmp_path), Order((service,)))
        assert str(caught.value) == said
    assert runtime.ran == []


def test_jobs_are_planned_and_run_as_jobs(tmp_path: Path) -> None:
    """And nothing else is."""
    runtime: Any = Swarm()
    ready, order = prepared(tmp_path), Order(("api",), 7.0)
    result = up.jobs(runtime, ready, order)
    assert runtime.ran == ["jobs", runtime.observed, STEPS, order]
    assert (result.prepared, result.plan, result.containers) == (ready, STEPS, runtime.observed.containers)
    assert 0 < result.seconds < 100


def test_how_it_ended_is_one_document(tmp_path: Path) -> None:
    """With what serves of what failed; a one-shot serves nothing."""
    ready = prepared(tmp_path)
    ready.composition.model = model(service("api"), service("db"), service("job"), service("web", job=COMPLETED))
    listed = (
        container("api", "running", "healthy", image="shop/api:1", image_id="sha256:" + "1" * 64),
        container("api", "running", "", 2, image="shop/api:1", image_id="sha256:" + "1" * 64),
        container("api", "running", "unhealthy", 3, image="shop/api:2"),
        container("api", "exited", "", 4, image="shop/api:3"),
        container("web", "running", "healthy"),
    )
    services = tuple(
        ServiceOutcome(name, state, 1.23456, f"{name}:1")
        for name, state in (("api", State.FAILED), ("db", State.FAILED), ("job", State.FAILED), ("web", State.HEALTHY))
    )
    failure = Failure("api", "p-api-3", "is unhealthy")
    result = up.UpResult(ready, Plan(), Outcome(services, (failure,), changed=False, seconds=1.0), listed, 2.34567)
    image = f"shop/api:1 (sha256:{'1' * 12})"
    assert result.as_json() == {
        "environment": "dev",
        "project": "shop-dev",
        "endpoint": "unix:///nowhere/docker.sock",
        "changed": False,
        "seconds": 2.346,
        "services": [each.as_json() for each in services],
        "failures": [failure.as_json()],
        "serving": {"api": [image], "db": [], "job": []},
    }
    assert result.remains() == f"api: {image} serves now\ndb: nothing serves now"
    good = replace(result, outcome=Outcome(services[3:], (), changed=True, seconds=1.0))
    assert (good.as_json()["changed"], good.remains()) == (True, "")
    assert not {"failures", "serving"} & good.as_json().keys()
    assert replace(good, outcome=Outcome((), (), changed=False, seconds=1.0), plan=STEPS).as_json()["changed"] is True
