"""In which order a stack that serves is changed."""

from __future__ import annotations

from dockgate.core.plan import Plan, Step
from dockgate.stack.runtimes.compose.stages import Stage, owners, serving, stages
from tests.unit.stack.startup.stacks import COMPLETED, HEALTHY, container, model, service

STACK = model(
    service("gateway", api=HEALTHY),
    service("api", db=HEALTHY, cache=HEALTHY, migrate=COMPLETED),
    service("worker", migrate=COMPLETED),
    service("migrate", None, db=HEALTHY),
    service("cache"),
    service("db"),
)


def test_one_shots_that_are_waited_for_come_before_everything_that_serves() -> None:
    """Also before a store that does not depend on them."""
    assert stages(STACK, ["gateway", "api", "worker", "migrate", "cache"]) == (
        Stage(("migrate",), first=True),
        Stage(("cache", "worker")),
        Stage(("api",)),
        Stage(("gateway",)),
    )


def test_a_one_shot_waits_for_the_store_that_it_needs() -> None:
    """It is not the first then: something was touched before it."""
    assert stages(STACK, ["api", "migrate", "db"]) == (Stage(("db",)), Stage(("migrate",)), Stage(("api",)))


def test_an_order_goes_through_services_that_do_not_change() -> None:
    """The gateway waits for the API, which waits for the store."""
    assert stages(STACK, ["gateway", "db"]) == (Stage(("db",)), Stage(("gateway",)))


def test_steps_belong_to_services() -> None:
    """By the names of containers, and by those that new ones will have."""
    there = (container("api", "running"), container("old", "running"))
    steps = (Step("roll", "p-api-1", "x"), Step("create", "p-db-1", "x"), Step("remove", "p-old-1", "x"))
    assert owners(STACK, there, Plan(steps)) == {"api": frozenset({"roll"}), "db": frozenset({"create"})}


def test_only_what_runs_can_be_taken_away() -> None:
    """A start, or a one-shot that is created again, takes nothing."""
    there = (container("api", "running"), container("migrate", "exited", exit_code=0))
    for action in ("roll", "recreate", "restart"):
        assert serving(there, Plan((Step(action, "p-api-1", "x"),)))
    again = (container("api", "running"), container("api", "restarting", number=2))
    assert serving(again, Plan((Step("roll", "p-api-2", "x"),)))
    assert not serving(there, Plan((Step("recreate", "p-migrate-1", "x"), Step("run", "p-migrate-1", "x"))))
    assert not serving(there, Plan((Step("create", "p-api-2", "x"),)))
