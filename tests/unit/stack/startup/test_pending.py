"""Which containers a start has to start."""

from __future__ import annotations

from dockgate.compose.model import Model
from dockgate.stack.startup.pending import pending
from tests.unit.stack.startup.stacks import COMPLETED, HEALTHY, container, marked, model, service

STACK = model(service("db"), service("migrate", None, db=HEALTHY), service("api", db=HEALTHY, migrate=COMPLETED))
DONE = container("migrate", "exited", exit_code=0)


def names(found: frozenset[str]) -> set[str]:
    """Return ids as services."""
    return {one.removesuffix("-1") for one in found}


def test_nothing_is_pending_in_a_running_stack() -> None:
    """A finished one-shot rests while what waits for it runs."""
    running = [container("db", "running", "healthy"), DONE, container("api", "running", "healthy")]
    assert not pending(STACK, running, STACK.services)


def test_a_one_shot_runs_again_for_a_service_that_is_started() -> None:
    """A stopped or recreated waiter gets a fresh migration."""
    stopped = [container("db", "running", "healthy"), DONE, container("api", "exited", exit_code=143)]
    assert names(pending(STACK, stopped, STACK.services)) == {"api", "migrate"}
    recreated = [container("db", "running"), DONE]
    assert names(pending(STACK, recreated, STACK.services, starting={"api"})) == {"migrate"}


def test_a_one_shot_that_failed_or_never_ran_is_pending_by_itself() -> None:
    """Only success is remembered."""
    for state, code in (("created", None), ("exited", 1)):
        one = container("migrate", state, exit_code=code)
        stack = [container("db", "running", "healthy"), one, container("api", "running", "healthy")]
        assert names(pending(STACK, stack, STACK.services)) == {"migrate"}


def test_a_chain_of_one_shots_runs_again_as_a_whole() -> None:
    """A service that waits for the second gets the first again, too."""
    chain = model(service("first", None), service("second", None, first=COMPLETED), service("api", second=COMPLETED))
    stack = [container("first", "exited", exit_code=0), container("second", "exited", exit_code=0), container("api")]
    assert names(pending(chain, stack, chain.services)) == {"first", "second", "api"}


def test_a_one_shot_that_nobody_waits_for_follows_what_it_depends_on() -> None:
    """A labelled job runs again with the database that it works on."""
    seed = marked(service("seed", None, db=HEALTHY))
    stack = Model("p", {"db": service("db"), "seed": seed})
    done = container("seed", "exited", exit_code=0)
    assert not pending(stack, [container("db", "running", "healthy"), done], stack.services)
    assert names(pending(stack, [container("db", "exited", exit_code=0), done], stack.services)) == {"db", "seed"}


def test_services_that_were_not_asked_for_are_left_alone() -> None:
    """`--service db` starts nothing else."""
    assert names(pending(STACK, [container("db"), container("api")], {"db"})) == {"db"}
