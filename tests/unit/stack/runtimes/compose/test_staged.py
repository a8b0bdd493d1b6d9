"""How a stack that serves is changed: what is started, stopped and removed, and in which order, on a made-up engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.compose.resolve import Composition
from dockgate.core.errors import ToolFailedError
from dockgate.engine import containers as engine_containers
from dockgate.engine.api import RefusedError
from dockgate.stack.runtimes.compose import changes, execution, rolling
from dockgate.stack.runtimes.protocol import Observed, Order
from dockgate.stack.startup.outcome import State
from dockgate.system import process
from dockgate.system.process import Result
from tests.unit import projects
from tests.unit.stack.startup.stacks import COMPLETED, HEALTHY, FakeEngine, container, model, service

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dockgate.compose.model import Model
    from dockgate.core.plan import Command
    from dockgate.engine.containers import Container
    from dockgate.stack.startup.outcome import Outcome

API, WORKER, JOB = ("api-1", "api-2"), "worker-1", {"migrate": [("die", 0)]}
STACK = replace(
    model(
        service("gateway", api=HEALTHY),
        replace(service("api", db=HEALTHY, migrate=COMPLETED), replicas=2),
        service("worker", migrate=COMPLETED),
        service("migrate", None, db=HEALTHY),
        service("db"),
    ),
    raw={
        "services": {
            "db": {"volumes": [{"type": "volume", "source": "data"}]},
            "gateway": {"network_mode": "host"},
            "api": {"stop_grace_period": "7s"},
        }
    },
)


@dataclass
class World:
    """An engine, a Compose that does what it is told, and everything that happened, in order."""

    engine: FakeEngine
    model: Model = STACK
    rolling: str = ""
    happened: list[str] = field(default_factory=list)
    created: Callable[[str], bool] = lambda _name: True
    on_start: Callable[[str], None] = lambda _key: None
    on_remove: Callable[[str], None] = lambda _key: None

    def compose(self, command: Command, **_options: Any) -> Result:
        """Create new containers where it is told a scale, else replace those of the services named."""
        words = command.argv[command.argv.index("/dev/null") + 1 :]
        scales = dict(word.split("=") for word in words if "=" in word)
        for name, count in scales.items():
            numbers = [entry["one"].number for entry in self.engine.listed.values() if entry["one"].service == name]
            for number in range(max(numbers) + 1, max(numbers) + 1 + int(count) - len(numbers)):
                self.add(name, number)
        if words[0] == "stop":
            self.happened.append(f"stop {' '.join(words[1:])}")
            for key in [key for key, entry in self.engine.listed.items() if entry["one"].service in words]:
                self.engine.listed[key] |= {"state": "exited", "health": "", "code": 0}
        elif not scales:
            named = [name for name in self.model.services if name in words]
            self.happened.append(f"compose {' '.join(named) or 'all'}")
            for name in named:
                self.engine.listed = {
                    key: entry for key, entry in self.engine.listed.items() if entry["one"].service != name
                }
                for number in range(1, self.model.services[name].replicas + 1):
                    self.add(name, number)
        return Result(0, b"", b"", 0.0)

    def stop(self, stop: Callable[[str, int], None]) -> Callable[[str, int], None]:
        """Write down what is stopped."""

        def stopped(key: str, seconds: int) -> None:
            self.happened.append(f"stop {key} {seconds}")
            stop(key, seconds)

        return stopped

    def start(self, key: str) -> None:
        """Write down what is started."""
        self.happened.append(f"start {key}")
        self.on_start(key)

    def remove(self, remove: Callable[[str], None]) -> Callable[[str], None]:
        """Write down what is removed."""

        def removed(key: str) -> None:
            self.happened.append(f"remove {key}")
            remove(key)
            self.on_remove(key)

        return removed

    def add(self, name: str, number: int) -> None:
        """Create a container, unless the test keeps it away."""
        if self.created(name):
            one = container(name, number=number)
            self.engine.listed[one.id] = {"one": one, "state": "created", "health": ""}

    def run(self, root: Path, *services: str) -> Outcome:
        """Plan, and run the plan."""
        project = projects.make(root, f"{projects.PYPROJECT}\n[tool.dockgate.rolling]\n{self.rolling}")
        composition = Composition(("compose", "--env-file", "/dev/null"), {}, root, self.model)
        prepared: Any = SimpleNamespace(composition=composition, target=projects.stack(project))
        there = engine_containers.stack(self.engine, "p")
        steps = changes.plan(self.model, there, services)
        self.engine.on_start = self.start
        return execution.run(project, prepared, Observed(there), steps, Order(services, 5.0))


def running(*old: str) -> tuple[Container, ...]:
    """Return the containers of the whole stack; those of the services named are not as they should be now."""
    found = []
    for name, one in STACK.services.items():
        for number in range(1, one.replicas + 1):
            state = ("exited", "", number) if name == "migrate" else ("running", "healthy", number)
            code = 0 if name == "migrate" else None
            found.append(container(name, *state, exit_code=code, config_hash="old" if name in old else "hash"))
    return tuple(found)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Callable[..., World]:
    """Return what makes a world of containers and of what they do when they are started."""
    monkeypatch.setattr(rolling, "NOTICE", 0.0)

    def make(*containers: Container, rolling: str = "", **react: list[tuple[str, int]]) -> World:
        made = World(FakeEngine(*containers, react={**JOB, **react}), rolling=rolling)
        monkeypatch.setattr(engine_containers, "connect", lambda _endpoint: made.engine)
        monkeypatch.setattr(process, "run", made.compose)
        monkeypatch.setattr(made.engine, "stop", made.stop(made.engine.stop))
        monkeypatch.setattr(made.engine, "remove", made.remove(made.engine.remove))
        return made

    return make


def states(outcome: Outcome) -> dict[str, State]:
    """Return each service's outcome."""
    return {one.name: one.outcome for one in outcome.services}


def left(made: World) -> set[str]:
    """Return the containers that run in the end."""
    return {key for key, entry in made.engine.listed.items() if entry["state"] == "running"}


def test_the_one_shot_runs_first_then_new_ones_serve_before_old_ones_go(
    world: Callable[..., World], tmp_path: Path
) -> None:
    """What did not change is left alone, and no service waits for the other's last replica."""
    made = world(*running("api", "worker", "migrate"))
    outcome = made.run(tmp_path)
    assert made.happened[:2] == ["compose migrate", "start migrate-1"]
    assert made.happened.index("start worker-2") < made.happened.index("remove api-2")
    assert made.happened.index("start api-3") < made.happened.index("remove worker-1")
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
    assert made.run(tmp_path).failed == ()
    first = next(number for number, each in enumerate(made.happened) if each.startswith("remove"))
    assert {"start api-3", "start api-4"} <= {*made.happened[:first]}
    assert {"stop api-1 3", "stop api-2 3"} <= set(made.happened)


def test_what_cannot_roll_is_replaced_after_what_it_depends_on(world: Callable[..., World], tmp_path: Path) -> None:
    """The gateway has a port, and is the last to go."""
    made = world(*running("api", "gateway"))
    assert made.run(tmp_path).failed == ()
    assert made.happened.index("start api-4") < made.happened.index("compose gateway")
    assert made.happened[-1] == "start gateway-1"


def test_what_writes_alone_is_swapped(world: Callable[..., World], tmp_path: Path) -> None:
    """The new one is there before the old one stops, and the old one is kept until the new one serves."""
    made = world(*running("db"))
    outcome = made.run(tmp_path)
    assert made.happened[-3:] == ["stop db-1 10", "start db-2", "remove db-1"]
    assert (outcome.failed, states(outcome)["db"]) == ((), State.HEALTHY)
    assert left(made) == {"db-2", "gateway-1", "api-1", "api-2", "worker-1"}


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


def test_an_old_one_that_was_removed_meanwhile_is_no_failure(
    world: Callable[..., World], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is gone need not be stopped; what refuses to go is a failure of the tool."""
    made = world(*running("worker"))
    monkeypatch.setattr(made.engine, "stop", _refuses(404))
    assert made.run(tmp_path).failed == ()
    made = world(*running("worker"))
    monkeypatch.setattr(made.engine, "stop", _refuses(500))
    with pytest.raises(ToolFailedError, match="no"):
        made.run(tmp_path)


def _refuses(status: int) -> Callable[[str, int], None]:
    def refuse(_key: str, _seconds: int) -> None:
        raise RefusedError("no", status)

    return refuse


def test_nothing_is_stopped_where_compose_creates_nothing(world: Callable[..., World], tmp_path: Path) -> None:
    """It would be an outage."""
    made = world(*running("api"))
    made.created = lambda name: name != "api"
    with pytest.raises(ToolFailedError, match="Compose created 2 of 4 containers of api"):
        made.run(tmp_path)
    assert {"api-1", "api-2"} <= left(made)


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
