"""Stacks for real: in order, again, changed, never away."""

from __future__ import annotations

import threading

from dockgate.stack import addresses
from dockgate.stack.startup.outcome import State
from tests.integration.startup.stacks import CHAIN, Stack, after, ready, shell, states


def test_a_stack_starts_in_order_and_a_second_time_nothing_happens(stack: Stack) -> None:
    """The engine's own times tell the order; then the plan is empty, and nothing is started again."""
    stack.create(**CHAIN)
    outcome = stack.start()
    assert states(outcome) == {
        "api": State.HEALTHY,
        "db": State.HEALTHY,
        "gateway": State.HEALTHY,
        "migrate": State.COMPLETED,
    }
    first = stack.states()
    assert first["db"]["StartedAt"] < first["migrate"]["StartedAt"]
    assert first["migrate"]["FinishedAt"] < first["api"]["StartedAt"] < first["gateway"]["StartedAt"]
    assert {one.health for one in stack.containers() if one.service == "api"} == {"healthy"}
    (address,) = addresses.addresses(stack.containers())
    assert (address.service, address.host, address.port) == (
        "gateway",
        "127.0.0.1",
        outcome.services[2].ports[0].public,
    )
    assert not stack.resolve(CHAIN)
    assert not stack.start().changed
    assert {name: state["StartedAt"] for name, state in stack.states().items()} == {
        name: state["StartedAt"] for name, state in first.items()
    }
    assert stack.status().healthy


def test_a_stopped_stack_starts_again_and_migrates_again(stack: Stack) -> None:
    """The one-shot runs for the services that are started; one stopped service alone is enough."""
    stack.create(**CHAIN)
    stack.start()
    stack.compose("stop", "--timeout", "0")
    first = stack.states()
    assert not stack.status().healthy
    assert stack.start().failed == ()
    second = stack.states()
    assert second["migrate"]["StartedAt"] > first["migrate"]["FinishedAt"]
    assert second["api"]["StartedAt"] > second["migrate"]["FinishedAt"]
    stack.compose("stop", "--timeout", "0", "gateway")
    assert [str(step) for step in stack.resolve(CHAIN).steps] == [
        f"start {stack.project}-gateway-1 (it exited {stack.states()['gateway']['ExitCode']})"
    ]


def test_a_changed_dependency_restarts_those_that_ask_for_it(stack: Stack) -> None:
    """`restart: true`: Compose stops the dependents of what it recreates, and the start brings them back."""
    waits = {"db": {"condition": "service_healthy", "restart": True}}
    services = {"db": ready(), "api": ready(depends_on=waits), "other": ready(depends_on=after(db="healthy"))}
    stack.create(**services)
    stack.start()
    before = stack.states()
    plan = stack.resolve({**services, "db": ready(environment={"A": "b"})})
    assert [str(step) for step in plan.steps] == [
        f"roll {stack.project}-db-1 (configuration changed)",
        f"roll {stack.project}-api-1 (db is recreated)",
    ]
    stack.compose("up", "--no-start")
    assert stack.start().failed == ()
    now = stack.states()
    assert now["api"]["StartedAt"] > now["db"]["StartedAt"] > before["api"]["StartedAt"]
    assert now["other"]["StartedAt"] == before["other"]["StartedAt"]


def test_a_changed_service_is_never_away(stack: Stack) -> None:
    """At each moment as many are healthy as before; the migration ran once more, first; others are untouched."""
    stack.up(**CHAIN)
    before = {name: stack.ids(name) for name in CHAIN}
    least, over = [2], threading.Event()

    def watch() -> None:
        while not over.is_set():
            good = [one for one in stack.containers() if one.service == "api" and one.health == "healthy"]
            least.append(len(good))

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    job = {**CHAIN["migrate"], "environment": {"A": "b"}}
    outcome = stack.up(**{**CHAIN, "migrate": job, "api": {**CHAIN["api"], "environment": {"A": "b"}}})
    over.set()
    watching.join()
    assert (outcome.failed, min(least), len(stack.ids("api"))) == ((), 2, 2)
    assert stack.ids("api").isdisjoint(before["api"])
    assert {name: stack.ids(name) for name in ("db", "gateway")} == {name: before[name] for name in ("db", "gateway")}
    assert not stack.resolve({**CHAIN, "migrate": job, "api": {**CHAIN["api"], "environment": {"A": "b"}}})


def test_a_new_one_that_does_not_serve_is_removed_and_the_old_ones_stay(stack: Stack) -> None:
    """As after a migration that fails: what ran is the very same containers."""
    stack.up(**CHAIN)
    before = stack.ids("api")
    sick = {**CHAIN["api"], "command": ["/bin/sh", "-c", "sleep 600"]}
    outcome = stack.up(**{**CHAIN, "api": sick})
    assert (outcome.failed, stack.ids("api")) == (("api",), before)
    assert outcome.failures[0].reason == "is unhealthy"
    wrong = shell("exit 3", depends_on=after(db="healthy"))
    outcome = stack.up(**{**CHAIN, "migrate": wrong, "api": {**CHAIN["api"], "environment": {"A": "b"}}})
    assert (set(outcome.failed), stack.ids("api")) == ({"migrate", "api"}, before)
    assert all(one.health == "healthy" for one in stack.containers() if one.service == "api")
