"""Stages that fail: what is left, and what is completed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.stack.startup.outcome import State
from dockgate.system import process
from tests.unit.stack.runtimes.compose.staged_world import STACK, World, left, running, states
from tests.unit.stack.startup.stacks import container

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dockgate.core.plan import Command
    from dockgate.system.process import Result


def test_a_swap_that_fails_brings_the_old_one_back(world: Callable[..., World], tmp_path: Path) -> None:
    """It is away for as long as the new one took to fail, and the exit code says that it is the old one."""
    made = world(*running("db"))
    starts: list[str] = []

    def react(key: str) -> None:
        starts.append(key)
        made.engine.react = {
            **made.engine.react,
            "db": [("die", 1)] if key == "db-2" else [("health_status: healthy", 0)],
        }

    made.on_start = react
    outcome = made.run(tmp_path)
    assert starts == ["db-2", "db-1"]
    assert left(made) == {"db-1", "gateway-1", "api-1", "api-2", "worker-1"}
    assert (outcome.failed, states(outcome)["db"]) == (("db",), State.FAILED)
    assert [failure.container for failure in outcome.failures] == ["p-db-2"]


def test_a_rolling_that_was_broken_off_is_completed(world: Callable[..., World], tmp_path: Path) -> None:
    """New ones that were created are started, not created again."""
    made = world(*running("api"), container("api", "created", number=3), container("api", "running", "healthy", 4))
    assert made.run(tmp_path).failed == ()
    assert left(made) == {"db-1", "gateway-1", "api-3", "api-4", "worker-1"}
    assert "start api-3" in made.happened


def test_what_compose_left_as_it_was_is_no_success(
    world: Callable[..., World], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every step went well, and the old configuration runs."""
    made = world(*running("gateway"))
    compose = made.compose

    def stubborn(command: Command, **options: Any) -> Result:
        result = compose(command, **options)
        for entry in made.engine.listed.values():
            if entry["one"].service == "gateway":
                entry["one"] = replace(entry["one"], config_hash="old")
        return result

    monkeypatch.setattr(process, "run", stubborn)
    outcome = made.run(tmp_path)
    assert states(outcome)["gateway"] is State.FAILED
    assert "still runs as before: configuration changed" in outcome.failures[-1].reason


@pytest.mark.parametrize(("after", "reason"), [("die", "ended"), ("restart", "was restarted")])
def test_what_comes_up_and_does_not_stay_is_no_success(
    world: Callable[..., World], tmp_path: Path, after: str, reason: str
) -> None:
    """It was healthy for a moment: it is not started once more until it is green, and not forgiven its restart."""
    made = world(*running("worker"))

    def end(*_: Any) -> None:
        entry = made.engine.listed["worker-2"]
        entry |= {"state": "exited", "health": "", "code": 3} if after == "die" else {"restarts": 1}

    made.on_remove = end
    outcome = made.run(tmp_path)
    assert (outcome.failed, made.happened.count("start worker-2")) == (("worker",), 1)
    assert [failure.reason for failure in outcome.failures] == [f"{reason} after it had come up"]


def test_surplus_is_removed_last(world: Callable[..., World], tmp_path: Path) -> None:
    """A service that is no more may serve until the new ones do; after a failure it stays."""
    made = world(*running("worker"), container("old", "running"))
    made.run(tmp_path)
    assert made.happened[-1] == "compose all"
    made = world(*running("worker"), container("old", "running"), worker=[("die", 1)])
    made.run(tmp_path)
    assert "compose all" not in made.happened


def test_a_surplus_container_goes_before_the_one_that_needs_its_place(
    world: Callable[..., World], tmp_path: Path
) -> None:
    """A swap that was killed: the second container runs, and has what the first one needs to start."""
    first, second = container("db", "exited", exit_code=137), container("db", "running", "healthy", 2)
    others = [one for one in running("worker") if one.service != "db"]
    made = world(*others, first, second)
    made.run(tmp_path)
    assert made.happened.index("stop db-2 10") < made.happened.index("remove db-2") < made.happened.index("start db-1")


def test_a_surplus_container_serves_on_where_both_can_run(world: Callable[..., World], tmp_path: Path) -> None:
    """An API that is scaled down keeps what serves until the others do."""
    others = [one for one in running("worker") if one.name != "p-api-2"]
    made = world(*others, container("api", "exited", number=2, exit_code=1), container("api", "running", "healthy", 3))
    made.run(tmp_path)
    assert made.happened.index("start api-2") < made.happened.index("compose all")
    assert "remove api-3" not in made.happened


def test_a_stack_that_compose_has_to_change_as_a_whole_is_left_to_it(
    world: Callable[..., World], tmp_path: Path
) -> None:
    """Another container lives in the network of the one that changes: no stage, no second container."""
    made = world(*running("api"))
    raw = {"services": {**STACK.raw["services"], "worker": {"network_mode": "service:api"}}}
    made.model = replace(STACK, raw=raw)
    made.run(tmp_path)
    assert made.happened[0] == "compose all"
    assert "remove api-1" not in made.happened
