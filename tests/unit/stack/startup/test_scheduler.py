"""When services start, what they end as, and what a failure blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dockgate.compose.model import Dependency, Model
from dockgate.core.errors import ConfigError
from dockgate.stack.startup.outcome import Row, State
from dockgate.stack.startup.pending import pending
from dockgate.stack.startup.scheduler import Scheduler, tracks
from dockgate.stack.startup.track import Event, Kind
from tests.unit.stack.startup.stacks import COMPLETED, HEALTHY, STARTED, container, model, service

if TYPE_CHECKING:
    from dockgate.engine.containers import Container

CHAIN = model(
    service("db"),
    service("migrate", None, db=HEALTHY),
    service("api", db=HEALTHY, migrate=COMPLETED),
    service("gateway", api=STARTED),
)


def scheduler(stack: Model, *containers: Container) -> Scheduler:
    """Return a scheduler at the start; a container has a probe if its service has."""
    found = containers or tuple(container(name) for name in stack.services)
    todo = pending(stack, found, stack.services)
    probed = {one.id: stack.services[one.service].healthcheck is not None for one in found}
    return Scheduler(stack, stack.services, tracks(stack, found, todo, probed))


def happen(one: Scheduler, name: str, *kinds: Kind, code: int = 0, number: int = 1, now: float = 1.0) -> None:
    """Let events happen to a service's container."""
    for kind in kinds:
        one.handle(Event(kind, f"{name}-{number}", code), now)


def ready(one: Scheduler, now: float = 0.0) -> list[str]:
    """Return what may start now."""
    return [key.removesuffix("-1") for key in one.ready(now)]


def test_each_service_starts_when_its_conditions_hold_and_not_before() -> None:
    """Healthy, completed, started: each is waited for."""
    one = scheduler(CHAIN)
    assert ready(one) == ["db"]
    happen(one, "db", Kind.STARTED)
    assert ready(one) == []
    happen(one, "db", Kind.HEALTHY)
    assert ready(one) == ["migrate"]
    happen(one, "migrate", Kind.STARTED, Kind.DIED)
    assert ready(one) == ["api"]
    assert ready(one) == []
    happen(one, "api", Kind.STARTED)
    assert ready(one) == ["gateway"]
    happen(one, "gateway", Kind.STARTED, Kind.HEALTHY)
    assert not one.done
    happen(one, "api", Kind.HEALTHY)
    assert one.done
    assert {row.name: row.state for row in one.rows()} == {
        "db": State.HEALTHY,
        "migrate": State.COMPLETED,
        "api": State.HEALTHY,
        "gateway": State.HEALTHY,
    }


def test_all_replicas_count() -> None:
    """One healthy replica of two is not a healthy service."""
    stack = model(replace(service("db"), replicas=2), service("api", db=HEALTHY))
    one = scheduler(stack, container("db"), container("db", number=2), container("api"))
    assert one.ready(0.0) == ("db-1", "db-2")
    happen(one, "db", Kind.STARTED, Kind.HEALTHY)
    happen(one, "db", Kind.STARTED, number=2)
    assert one.ready(0.0) == ()
    happen(one, "db", Kind.HEALTHY, number=2)
    assert one.ready(0.0) == ("api-1",)


def test_the_longest_chain_is_started_first() -> None:
    """Where many may start, those that the others wait for longest come first."""
    stack = Model("p", {"alone": service("alone"), "worker": service("worker", None), **CHAIN.services})
    assert ready(scheduler(stack)) == ["db", "alone", "worker"]


def test_a_failure_stops_what_depends_on_it_and_nothing_else() -> None:
    """Everything behind the failed migration is blocked; what is independent of it is started."""
    stack = Model("p", {**CHAIN.services, "cache": service("cache"), "late": service("late", cache=HEALTHY)})
    one = scheduler(stack)
    assert ready(one) == ["db", "cache"]
    happen(one, "db", Kind.STARTED, Kind.HEALTHY)
    ready(one)
    happen(one, "migrate", Kind.STARTED, Kind.DIED, code=1)
    assert not one.done
    happen(one, "cache", Kind.STARTED, Kind.HEALTHY)
    assert ready(one) == ["late"]
    happen(one, "late", Kind.STARTED, Kind.HEALTHY)
    assert one.done
    assert one.blocked("migrate") == ("api", "gateway")
    states = {row.name: row.state for row in one.rows()}
    assert (states["db"], states["migrate"], states["cache"]) == (State.HEALTHY, State.FAILED, State.HEALTHY)
    assert (states["api"], states["gateway"], states["late"]) == (State.BLOCKED, State.BLOCKED, State.HEALTHY)


def test_a_replica_that_may_not_start_any_more_is_not_waited_for() -> None:
    """The other one runs: the service is blocked all the same."""
    stack = model(replace(service("api"), replicas=2, depends_on={"db": Dependency(HEALTHY)}), service("db"))
    one = scheduler(stack, container("db"), container("api", "running", "healthy"), container("api", number=2))
    assert ready(one) == ["db"]
    happen(one, "db", Kind.STARTED, Kind.DIED, code=1)
    assert one.done
    assert one.state("api") is State.BLOCKED


def test_an_optional_dependency_may_fail() -> None:
    """Its dependent starts all the same, and the failure is still told."""
    stack = model(service("cache"), service("api", cache=Dependency(HEALTHY, required=False)))
    one = scheduler(stack)
    assert ready(one) == ["cache"]
    happen(one, "cache", Kind.STARTED, Kind.UNHEALTHY)
    assert not one.done
    assert ready(one) == ["api"]
    happen(one, "api", Kind.STARTED, Kind.HEALTHY)
    assert one.done
    assert [row.state for row in one.rows()] == [State.FAILED, State.HEALTHY]


def test_an_optional_dependency_may_be_blocked() -> None:
    """It will not come, as if it had failed itself."""
    stack = model(
        service("db"), service("cache", db=HEALTHY), service("api", cache=Dependency(HEALTHY, required=False))
    )
    one = scheduler(stack)
    ready(one)
    happen(one, "db", Kind.STARTED, Kind.DIED, code=1)
    assert ready(one) == ["api"]


def test_an_optional_dependency_may_be_absent() -> None:
    """A service of an inactive profile is not waited for."""
    one = scheduler(model(service("api", opt=Dependency(STARTED, required=False))), container("api"))
    assert ready(one) == ["api"]


def test_what_runs_already_is_satisfied_at_once() -> None:
    """Nothing is started, nothing is waited for."""
    one = scheduler(
        CHAIN,
        container("db", "running", "healthy"),
        container("migrate", "exited", exit_code=0),
        container("api", "running", "healthy"),
        container("gateway", "running", "healthy"),
    )
    assert ready(one) == []
    assert one.done


def test_a_stale_unhealthy_of_a_stopped_container_is_ignored() -> None:
    """The engine keeps the last health of a stopped container."""
    one = scheduler(model(service("db")), container("db", "exited", "unhealthy", exit_code=1))
    assert ready(one) == ["db"]
    happen(one, "db", Kind.STARTED, Kind.HEALTHY)
    assert one.done


def test_what_was_unhealthy_before_gets_one_probe_before_that_counts() -> None:
    """Its cause may have gone since the last one."""
    for healed in (True, False):
        one = scheduler(model(service("db")), container("db", "running", "unhealthy"))
        one.tick(0.0)
        assert one.due() == pytest.approx(7.0)
        if healed:
            happen(one, "db", Kind.HEALTHY)
        one.tick(7.0)
        assert one.state("db") is (State.HEALTHY if healed else State.FAILED)


def test_what_was_unhealthy_and_has_lost_what_it_needs_has_failed() -> None:
    """No probe can help it, and nothing is waited for."""
    stack = model(service("db"), service("api", db=HEALTHY))
    one = scheduler(stack, container("db"), container("api", "running", "unhealthy"))
    ready(one)
    one.tick(1.0)
    happen(one, "db", Kind.STARTED, Kind.DIED, code=1, now=2.0)
    one.tick(2.0)
    one.tick(2.0)
    assert (one.done, one.state("api")) == (True, State.FAILED)


def test_an_unhealthy_service_gets_one_more_probe_when_its_dependency_comes_back() -> None:
    """It is doubted until interval and timeout have passed, from when its dependency is there again."""
    stack = model(service("db"), service("api", db=HEALTHY))
    for healed in (True, False):
        one = scheduler(stack, container("db", "exited"), container("api", "running", "unhealthy"))
        ready(one)
        one.tick(1.0)
        assert one.due() is None
        happen(one, "db", Kind.STARTED, Kind.HEALTHY)
        one.tick(2.0)
        assert one.due() == pytest.approx(9.0)
        if healed:
            happen(one, "api", Kind.HEALTHY)
        one.tick(9.0)
        assert one.state("api") is (State.HEALTHY if healed else State.FAILED)


def test_time_up_fails_what_was_started() -> None:
    """What had not begun is blocked by it."""
    one = scheduler(CHAIN)
    ready(one)
    happen(one, "db", Kind.STARTED)
    one.expire(120.0, 120.0)
    assert [row.state for row in one.rows()] == [State.FAILED, State.BLOCKED, State.BLOCKED, State.BLOCKED]
    assert one.rows()[0].detail == "is not healthy after 120 s"
    job = scheduler(model(service("job", None), service("api", job=COMPLETED)))
    ready(job)
    happen(job, "job", Kind.STARTED)
    job.expire(5.0, 2.5)
    assert job.rows()[0] == Row("job", State.FAILED, 0.0, 5.0, "is not complete after 2.5 s")


def test_a_service_without_its_containers_fails() -> None:
    """Fewer containers than replicas is no success of those that there are."""
    one = scheduler(model(service("db"), service("api", db=HEALTHY)), container("api"))
    assert (one.state("db"), one.state("api")) == (State.FAILED, State.BLOCKED)


def test_a_service_scaled_to_zero_is_not_waited_for() -> None:
    """As Compose does."""
    one = scheduler(model(replace(service("db"), replicas=0), service("api", db=HEALTHY)), container("api"))
    assert ready(one) == ["api"]
    assert one.rows()[0] == Row("db", State.UNWANTED)


def test_waiting_for_the_health_of_a_service_without_probe_is_refused() -> None:
    """It would never come true."""
    with pytest.raises(ConfigError) as caught:
        scheduler(model(service("db", None), service("api", db=HEALTHY)))
    assert str(caught.value) == (
        "api waits for db to be healthy, but db has no health check\n"
        "  → give db a healthcheck, or let api wait for service_started"
    )
    scheduler(model(service("db", None), service("api", db=STARTED)))
