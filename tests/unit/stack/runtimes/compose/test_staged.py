"""Stages: one-shots first, new ones serve before old ones go."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from dockgate.compose.model import Dependency
from dockgate.core.plan import Plan, Step
from dockgate.stack.runtimes.compose import changes
from dockgate.stack.runtimes.compose.hand_edits import EDITED
from dockgate.stack.startup.outcome import State
from dockgate.system import process
from tests.unit.stack.runtimes.compose.staged_world import STACK, World, left, running, states
from tests.unit.stack.startup.stacks import container, service

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from dockgate.core.plan import Command
    from dockgate.system.process import Result


def test_the_one_shot_runs_first_then_new_ones_serve_before_old_ones_go(
    world: Callable[..., World], tmp_path: Path
) -> None:
    """What did not change is left alone, and no service waits for the other's last replica."""
    made = world(*running("api", "worker", "migrate"))
    both = threading.Barrier(2, timeout=60)  # one after the other, the first would wait for the second in vain
    made.on_start = lambda key: (both.wait(), None)[1] if key in {"api-3", "worker-2"} else None
    outcome = made.run(tmp_path)
    assert made.happened[:2] == ["compose migrate", "start migrate-1"]
    for old, new in (("api-1", "api-3"), ("api-2", "api-4"), ("worker-1", "worker-2")):
        assert made.happened.index(f"start {new}") < made.happened.index(f"remove {old}")
    assert "stop api-1 7" in made.happened
    assert "stop worker-1 10" in made.happened
    assert left(made) == {"db-1", "gateway-1", "api-3", "api-4", "worker-2"}
    assert (outcome.failed, outcome.changed) == ((), True)
    assert states(outcome)["api"] is State.HEALTHY


def test_a_one_shot_that_fails_leaves_everything_as_it_was(world: Callable[..., World], tmp_path: Path) -> None:
    """The old containers serve on; what needs the one-shot is blocked, the rest is unchanged, and nothing is green.

    New containers were created meanwhile, and go without a start.
    """
    made = world(*running("api", "worker", "migrate", "gateway"), migrate=[("die", 1)])
    outcome = made.run(tmp_path)
    assert [each for each in made.happened if "remove" not in each] == ["compose migrate", "start migrate-1"]
    assert {each for each in made.happened if "remove" in each} == {"remove api-3", "remove api-4", "remove worker-2"}
    assert "gateway-1" in left(made)
    assert left(made) == {"db-1", "gateway-1", "api-1", "api-2", "worker-1"}
    assert states(outcome) == {
        "gateway": State.BLOCKED,
        "api": State.BLOCKED,
        "worker": State.BLOCKED,
        "migrate": State.FAILED,
        "db": State.HEALTHY,
    }
    assert outcome.failures[0].blocked == ("api", "gateway", "worker")
    assert [each.seconds for each in outcome.services if each.outcome is State.BLOCKED] == [0.0, 0.0, 0.0]


def test_what_a_failed_one_shot_does_not_concern_is_unchanged_and_what_stopped_is_started(
    world: Callable[..., World], tmp_path: Path
) -> None:
    """A service whose own conditions hold is started; one that would have been replaced is not."""
    there = [replace(one, config_hash="old") if one.service == "db" else one for one in running("api")]
    made = world(*there, migrate=[("die", 1)])
    services = {**STACK.services, "migrate": replace(STACK.services["migrate"], depends_on={})}
    made.model = replace(STACK, services={**services, "worker": service("worker")})
    made.engine.listed["worker-1"] |= {"state": "exited", "health": "", "code": 0}
    outcome = made.run(tmp_path)
    assert (states(outcome)["db"], states(outcome)["api"]) == (State.UNCHANGED, State.BLOCKED)
    assert [each for each in made.happened if "remove" not in each] == ["start migrate-1", "start worker-1"]


def test_a_new_one_that_is_not_healthy_goes_and_the_old_ones_stay(world: Callable[..., World], tmp_path: Path) -> None:
    """The other service is independent of it and comes to its new state; exit codes come from the states."""
    made = world(*running("api", "worker"), api=[("health_status: unhealthy", 0)])
    outcome = made.run(tmp_path)
    assert left(made) == {"db-1", "gateway-1", "api-1", "api-2", "worker-2"}
    assert set(made.engine.removed) == {"api-3", "api-4", "worker-1"}
    assert "start api-4" not in made.happened
    assert (outcome.failed, states(outcome)["worker"]) == (("api",), State.HEALTHY)
    (failure,) = outcome.failures
    assert (failure.container, failure.reason, failure.logs[-1]) == ("p-api-3", "is unhealthy", "api-3 line 24")


def test_replicas_that_are_replaced_in_parallel_start_together(world: Callable[..., World], tmp_path: Path) -> None:
    """By the configuration, which also says how long an old one may take."""
    made = world(*running("api"), rolling="parallel = 2\ndrain-seconds = 3\n")
    both = threading.Barrier(2, timeout=60)  # one after the other, the first would wait for the second in vain
    made.on_start = lambda key: (both.wait(), None)[1] if key in {"api-3", "api-4"} else None
    assert made.run(tmp_path).failed == ()
    first = next(number for number, each in enumerate(made.happened) if each.startswith("remove"))
    assert {"start api-3", "start api-4"} <= {*made.happened[:first]}
    assert {"stop api-1 3", "stop api-2 3"} <= set(made.happened)


def test_compose_is_told_each_word_of_a_stage(
    world: Callable[..., World], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it does not see is forced, what it sees created, what restarts stopped; and what is surplus goes last."""
    made = world(*running(), container("old", "running"))
    listed = [replace(one, networks={"p_front": "1"} if one.service == "gateway" else {}) for one in running()]
    for one in listed:
        made.engine.listed[one.id]["one"] = one
    ran: list[str] = []
    compose = made.compose

    def run(command: Command, **options: Any) -> Result:
        ran.append(" ".join(command.argv[command.argv.index("/dev/null") + 1 :]))
        return compose(command, **options)

    monkeypatch.setattr(process, "run", run)
    services = {
        **STACK.services,
        "worker": replace(STACK.services["worker"], depends_on={"db": Dependency(restart=True)}),
    }
    made.model = replace(STACK, services=services)
    made.engine.listed["db-1"]["one"] = replace(listed[-1], config_hash="old")
    made.model = replace(
        made.model,
        raw={"services": {**STACK.raw["services"], "worker": {"container_name": "w"}, "db": {"network_mode": "host"}}},
    )
    plan = Plan(
        (
            Step("remove", "p-old-1", "service old was removed"),
            Step("recreate", "p-gateway-1", f"{EDITED}: x; away"),
            Step("recreate", "p-db-1", "configuration changed"),
            Step("restart", "p-worker-1", "db is recreated"),
        )
    )
    monkeypatch.setattr(changes, "plan", lambda *_: plan)
    outcome = made.run(tmp_path)
    create = "up --no-start --no-build --pull never --quiet-pull"
    assert ran == [
        f"{create} --no-deps db",
        f"{create} --no-deps --force-recreate gateway",
        "stop worker",
        f"{create} --remove-orphans",
    ]
    assert outcome.failed == ()


def test_what_cannot_roll_is_replaced_after_what_it_depends_on(world: Callable[..., World], tmp_path: Path) -> None:
    """The gateway has a port, and is the last to go."""
    made = world(*running("api", "gateway"))
    assert made.run(tmp_path).failed == ()
    started = [each for each in made.happened if each.startswith(("compose", "start"))]  # old ones leave meanwhile
    assert started[-2:] == ["compose gateway", "start gateway-1"]


def test_what_writes_alone_is_swapped(world: Callable[..., World], tmp_path: Path) -> None:
    """The new one is there before the old one stops, and the old one is kept until the new one serves."""
    made = world(*running("db"))
    outcome = made.run(tmp_path)
    assert made.happened[-3:] == ["stop db-1 10", "start db-2", "remove db-1"]
    assert (outcome.failed, states(outcome)["db"]) == ((), State.HEALTHY)
    assert left(made) == {"db-2", "gateway-1", "api-1", "api-2", "worker-1"}
