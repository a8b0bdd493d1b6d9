"""New containers beside the old ones: how these are told to go, and what is said where one does not."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.compose.resolve import Composition
from dockgate.core.errors import ToolFailedError
from dockgate.engine.api import RefusedError
from dockgate.stack.rolling_settings import RollingSettings
from dockgate.stack.runtimes.compose import rolling
from dockgate.stack.runtimes.compose.rolling import Roller, Turn
from dockgate.stack.startup import drive
from dockgate.stack.startup.outcome import Failure, Outcome, ServiceOutcome, State
from dockgate.stack.startup.pending import Part
from dockgate.system import process
from dockgate.system.process import Result
from tests.unit.stack.startup.driving import Listener
from tests.unit.stack.startup.stacks import HEALTHY, FakeEngine, container, model, service

if TYPE_CHECKING:
    from dockgate.core.plan import Command

STACK = replace(
    model(service("db"), replace(service("api", db=HEALTHY), replicas=2)),
    raw={"services": {"api": {"stop_grace_period": "1m"}, "db": None}},
)
OLD = tuple(container("api", "running", "healthy", number) for number in (1, 2))


class Wire(FakeEngine):
    """An engine that refuses to stop or to remove a container, with this status."""

    def __init__(self, *containers: Any, stop: int = 0, remove: int = 0) -> None:
        super().__init__(*containers)
        self.statuses = {"stop": stop, "remove": remove}
        self.told: list[tuple[Any, ...]] = []

    def stop(self, container: str, seconds: int) -> None:
        self._note("stop", container, seconds)
        super().stop(container, seconds)

    def remove(self, container: str) -> None:
        self._note("remove", container)
        super().remove(container)

    def _note(self, what: str, *words: Any) -> None:
        self.told.append((what, *words))
        if self.statuses[what]:
            raise RefusedError("busy", self.statuses[what])


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Return what Compose is told; it does nothing. Callers know a new container at once."""
    monkeypatch.setattr(rolling, "NOTICE", 0.0)
    found: list[tuple[str, ...]] = []

    def run(command: Command) -> Result:
        found.append(command.argv[1:])
        return Result(0, b"", b"", 0.0)

    monkeypatch.setattr(process, "run", run)
    return found


def roller(wire: FakeEngine, drain: float | None = None) -> Roller:
    composition = Composition(("compose",), {}, Path("/srv"), STACK)
    return Roller(composition, wire, RollingSettings(1, drain), Listener(), 60.0)


@pytest.mark.parametrize(
    ("name", "drain", "seconds"), [("api", None, 60), ("db", None, 10), ("api", 2.6, 3), ("api", 0.0, 0)]
)
def test_an_old_container_has_the_time_that_its_service_wants(name: str, drain: float | None, seconds: int) -> None:
    """Or that the configuration gives each; then it is removed."""
    one = container(name, "running")
    wire = Wire(one)
    with roller(wire, drain) as rolls:
        rolls.discard([one])
    assert wire.told == [("stop", f"{name}-1", seconds), ("remove", f"{name}-1")]


@pytest.mark.parametrize(("stop", "remove"), [(404, 404), (0, 409)])
def test_a_container_that_is_gone_or_going_need_not_be_removed(stop: int, remove: int) -> None:
    wire = Wire(OLD[0], stop=stop, remove=remove)
    with roller(wire) as rolls:
        rolls.discard(OLD[:1])
    assert [each[0] for each in wire.told] == ["stop", "remove"]


def test_a_container_that_stays_is_an_error() -> None:
    """With its name and what to do; one that cannot be stopped is the engine's own."""
    with roller(Wire(OLD[0], remove=500)) as rolls, pytest.raises(ToolFailedError) as caught:
        rolls.discard(OLD[:1])
    assert str(caught.value) == "p-api-1 is still there: busy\n  → docker rm --force"
    with roller(Wire(OLD[0], stop=409)) as rolls, pytest.raises(RefusedError, match="busy"):
        rolls.discard(OLD[:1])


def test_compose_is_asked_for_as_many_as_are_lacking(ran: list[tuple[str, ...]]) -> None:
    """Beside those that are there; where it makes none, nothing is stopped."""
    wire = Wire(*OLD)
    rolls = roller(wire)
    rolls.begin(["api", "db"], OLD, lambda one: one.number == 2)
    rolls.begin(["db"], OLD, lambda _: True)
    with pytest.raises(ToolFailedError) as caught, rolls:
        rolls.roll(["api"])
    assert str(caught.value) == (
        "Compose created 2 of 3 containers of api; the old ones serve on\n"
        "  → docker compose version must be 2.20 or newer"
    )
    words = (
        "up --no-start --no-build --pull never --quiet-pull --no-deps --no-recreate --scale api=3 --scale db=1 api db"
    )
    assert ran == [tuple(words.split())]
    assert wire.told == []


def test_a_service_that_only_loses_containers_has_no_start(ran: list[tuple[str, ...]]) -> None:
    """There is nothing to wait for; all that go, go."""
    wire = Wire(*OLD, container("api", "running", "healthy", 3))
    with roller(wire) as rolls:
        rolls.begin(["api"], [*OLD, container("api", "running", "healthy", 3)], lambda one: one.number == 3)
        assert rolls.roll(["api"]) == ()
    assert (ran, wire.told) == ([], [("stop", "api-3", 60), ("remove", "api-3")])


def test_nothing_is_created_where_enough_stays(ran: list[tuple[str, ...]]) -> None:
    """Those that were created before a kill are started as they are."""
    wire = Wire(*OLD, container("api", "created", number=3))
    with roller(wire) as rolls:
        rolls.begin((), OLD, lambda _: True)
        listed = (*OLD, container("api", "created", number=3))
        rolls.begin(["api"], listed, lambda one: one.number == 1)
        [outcome] = rolls.roll(["api"])
    assert (ran, outcome.failed, wire.started) == ([], (), ["api-3"])
    assert wire.told == [("stop", "api-1", 60), ("remove", "api-1")]


def test_an_old_container_goes_when_its_callers_know_the_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second and a half after that runs; at once, where it does not serve itself."""
    slept: list[float] = []
    monkeypatch.setattr(rolling, "time", SimpleNamespace(monotonic=lambda: 100.0, sleep=slept.append))
    for one, since in ((OLD[0], 100.0), (OLD[0], 99.0), (OLD[0], 90.0), (replace(OLD[0], state="exited"), 100.0)):
        with roller(Wire(one)) as rolls:
            rolls._leave(Turn("api", [one], []), since)
    assert slept == [1.5, 0.5, 0.0, 0.0]


def test_the_notice_begins_when_the_new_one_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    turn, left = Turn("api", [], [container("api", number=3), container("api", number=4)]), list[float]()
    monkeypatch.setattr(rolling, "time", SimpleNamespace(monotonic=lambda: 100.0))
    with roller(Wire()) as rolls:
        monkeypatch.setattr(rolls, "_turns", lambda _names: [turn])
        monkeypatch.setattr(rolls, "_leave", lambda _turn, since: left.append(since))

        def start(_turns: object, _parallel: int, settled: Any) -> None:
            for one, ran in zip(tuple(turn.new), (7.0, None), strict=True):
                settled(SimpleNamespace(service=turn, container=one, ran=ran))

        monkeypatch.setattr(rolls, "_start", start)
        rolls.roll(["api"])
    assert left == [7.0, 100.0, 100.0]


def test_what_is_swapped_starts_all_at_once_and_so_it_returns(monkeypatch: pytest.MonkeyPatch) -> None:
    """The new ones, and where these fail the old ones that ran: nothing serves meanwhile."""
    stopped, new = container("api", "exited", number=5), [container("api", number=number) for number in (3, 4)]
    wire, turn, started = Wire(*OLD, stopped, *new), Turn("api", [*OLD, stopped], new), list[tuple[Any, ...]]()
    row = ServiceOutcome("api", State.FAILED, 1.0, "api:1")
    failure = Failure("api", "p-api-3", "exited")

    def start(stack: Any, given: object, **options: Any) -> Outcome:
        assert given is wire
        started.append((stack.services["api"].replicas, options["timeout"], options["part"]))
        return Outcome((row,), (failure,), changed=True, seconds=1.0)

    monkeypatch.setattr(drive, "start", start)
    with roller(wire) as rolls:
        monkeypatch.setattr(rolls, "_turns", lambda _names: [turn])
        [outcome] = rolls.swap(["api"])
    ids = frozenset({"api-3", "api-4"}), frozenset({"api-1", "api-2"})
    assert started == [(2, 60.0, Part(only=each, again=each)) for each in ids]
    assert outcome.failures == (failure, failure)
    assert sorted(wire.told) == [("remove", "api-3"), ("remove", "api-4"), ("stop", "api-1", 60), ("stop", "api-2", 60)]


def test_what_needs_no_new_container_is_not_counted(ran: list[tuple[str, ...]]) -> None:
    """One of the database was created before a kill."""
    listed = (*OLD, container("db"))
    rolls = roller(Wire(*listed))
    rolls.begin(["db", "api"], listed, lambda one: one.number == 2)
    with pytest.raises(ToolFailedError, match="created 2 of 3 containers of api"), rolls:
        rolls.roll(["api"])
    assert ran[0][-3:] == ("--scale", "api=3", "api")


def test_old_ones_leave_in_turn_and_first_what_does_not_serve() -> None:
    """One for each new one, all with the last."""
    listed = [
        container("api", "running", "healthy", 1),
        container("api", "running", "unhealthy", 2),
        container("api", "running", "", 3),
        container("api", "exited", "", 4),
    ]
    turn = Turn("api", listed, [container("api", number=5)])
    assert [[one.number for one in turn.leave()] for _ in range(2)] == [[2], [4]]
    turn.new = []
    assert [one.number for one in turn.leave()] == [1, 3]
    assert turn.leave() == []


def test_a_part_waits_for_nothing() -> None:
    """What it depends on runs."""
    found = rolling.part(STACK, {"api": 3})
    assert found.services == {"api": replace(STACK.services["api"], depends_on={}, replicas=3)}
    assert (found.project, found.raw) == (STACK.project, STACK.raw)
