"""What Compose's hash does not tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from dockgate.core.plan import Plan, Step
from dockgate.stack.runtimes.compose import causes
from dockgate.stack.startup.outcome import Outcome, ServiceOutcome, State
from tests.unit import projects
from tests.unit.stack.startup.stacks import FakeEngine, container, model, service

if TYPE_CHECKING:
    from pathlib import Path

API = container("api", "running", "healthy")
ROLL = Step("roll", "p-api-1", "configuration changed")


class Engine(FakeEngine):
    """One that knows a container's environment."""

    def inspect(self, container: str) -> dict[str, Any]:
        """Add what the image and Compose gave it."""
        known = super().inspect(container)
        return {**known, "Config": {"Env": ["PATH=/bin", "LEVEL=info", "PRICE=5$", "DSN=a=b=c", "BLANK="]}}


def said(environment: dict[str, str | None], step: Step = ROLL, *there: Any) -> str:
    """Return the cause of a step, where the service has this environment now."""
    stack = replace(model(service("api")), raw={"services": {"api": {"environment": environment}}})
    plan = causes.explain(stack, Engine(*there or (API,)), [API], Plan((step,)))
    return plan.steps[0].cause


def test_variables_that_changed_are_named_without_their_values() -> None:
    """Also a new one; dollars are Compose's own; a name without a value says nothing."""
    assert said({"LEVEL": "debug", "PRICE": "5$$", "NEW": "1", "BARE": None}) == "changed: LEVEL, NEW"


def test_what_is_no_variable_keeps_its_cause() -> None:
    """Nothing differs, the cause is known, or the container went meanwhile."""
    assert said({"LEVEL": "info", "DSN": "a=b=c", "BLANK": ""}) == "configuration changed"
    assert said({"LEVEL": "debug"}, Step("roll", "p-api-1", "image a → b")) == "image a → b"
    assert said({"LEVEL": "debug"}, ROLL, container("other")) == "configuration changed"
    documents: tuple[dict[str, Any], ...] = ({}, {"services": None}, {"services": {}}, {"services": {"api": None}})
    for raw in documents:
        stack = replace(model(service("api")), raw=raw)
        assert causes.explain(stack, Engine(API), [API], Plan((ROLL,))) == Plan((ROLL,))


def test_the_rest_of_the_cause_stays() -> None:
    """How long it is away."""
    step = Step("recreate", "p-api-1", "configuration changed; away meanwhile: it publishes port 80")
    assert said({"LEVEL": "debug"}, step) == "changed: LEVEL; away meanwhile: it publishes port 80"
    twice = Step("roll", "p-api-1", "configuration changed; configuration changed")
    assert said({"LEVEL": "debug"}, twice) == "changed: LEVEL; configuration changed"


def test_how_long_services_took_is_remembered(tmp_path: Path) -> None:
    """Of those that were started and came to their end, beside what was known."""
    project = projects.make(tmp_path)
    target = projects.stack(project)
    assert causes.starts(project, target) == {}
    rows = [("api", State.HEALTHY, 2.14), ("db", State.HEALTHY, 0.0), ("bad", State.FAILED, 9.0)]
    services = tuple(ServiceOutcome(name, state, seconds, "") for name, state, seconds in rows)
    causes.keep(project, target, Outcome(services[1:], (), changed=True, seconds=3.0))
    file = project.state / "stacks/shop-dev/starts.json"
    assert not file.exists()
    causes.keep(project, target, Outcome(services, (), changed=True, seconds=3.0))
    assert file.exists()
    assert causes.starts(project, projects.stack(project, "dev", "two")) == {}
    causes.keep(
        project, target, Outcome((ServiceOutcome("gw", State.HEALTHY, 1.0, ""),), (), changed=True, seconds=1.0)
    )
    assert causes.starts(project, target) == {"api": 2.1, "gw": 1.0}
