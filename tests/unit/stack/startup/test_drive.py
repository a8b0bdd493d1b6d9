"""The driver, on an engine that stands in for the real one."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dockgate.stack.startup import drive
from dockgate.stack.startup.outcome import Row, State
from dockgate.stack.startup.pending import Part
from tests.unit.stack.startup.driving import STACK, Listener, created, start, states
from tests.unit.stack.startup.stacks import HEALTHY, FakeEngine, container, marked, model, service

if TYPE_CHECKING:
    from dockgate.stack.startup.track import ContainerState


def test_a_created_stack_is_started_in_order() -> None:
    """And the listener sees it from waiting to the end."""
    engine, listener, daemons = created(), Listener(), set[bool]()

    def on_start(_key: str) -> None:
        daemons.update(each.daemon for each in threading.enumerate() if each.name.endswith("(_listen)"))

    engine.on_start = on_start
    outcome = start(engine, listener=listener)
    assert (engine.started, engine.looks) == (["db-1", "migrate-1", "api-1"], 3)
    assert daemons == {True}  # where it is broken off twice, nothing waits for the engine
    assert states(outcome) == {"db": State.HEALTHY, "migrate": State.COMPLETED, "api": State.HEALTHY}
    assert (outcome.changed, outcome.failed, outcome.failures) == (True, (), ())
    assert {row.state for row in listener.rows[0]} == {State.WAITING}
    assert [row.state for row in listener.rows[-1]] == [State.HEALTHY, State.COMPLETED, State.HEALTHY]
    assert listener.closed == 1


def test_nothing_to_do_starts_nothing() -> None:
    """What runs is left alone: one look at the list, no subscription."""
    engine = FakeEngine(
        container("db", "running", "healthy"),
        container("migrate", "exited", exit_code=0),
        container("api", "running", "healthy"),
    )
    outcome = start(engine)
    assert (engine.started, outcome.changed, outcome.failed) == ([], False, ())
    assert (engine.streams, engine.looks) == ([], 1)
    again = drive.start(STACK, engine, timeout=60.0, listed=outcome.containers)
    assert (again.services, again.containers, engine.looks) == (outcome.services, outcome.containers, 1)


def test_to_verify_starts_nothing() -> None:
    """What Compose should have started and did not has failed; what it started is waited for."""
    engine = FakeEngine(container("db", "exited", exit_code=1), container("api"))
    outcome = drive.verify(STACK, engine, timeout=60.0, part=Part(("db",)))
    assert (engine.started, outcome.failures[0].reason, outcome.failures[0].exit_code) == ([], "is exited", 1)
    engine = FakeEngine(container("db", "running", "starting"))
    listener = Listener()
    engine.on_look = lambda looks: engine.say("db-1", "health_status: healthy") if looks == 2 else None
    outcome = drive.verify(model(service("db")), engine, timeout=60.0, listener=listener)
    assert (engine.started, outcome.failed, outcome.changed) == ([], (), False)


def test_what_compose_started_has_to_stay_up() -> None:
    """Without a check, that it runs says nothing yet; what ran before is not waited for."""
    alone = model(service("db", None))
    engine = FakeEngine(container("db", "running"))
    engine.on_look = lambda looks: engine.say("db-1", "die", 3) if looks == 2 else None
    assert drive.verify(alone, engine, timeout=60.0).failures[0].exit_code == 3
    assert drive.verify(alone, FakeEngine(container("db", "running")), timeout=0.2, ran=["db-1"]).failed == ()


def test_only_the_services_asked_for_and_what_they_need_are_started() -> None:
    """The api stays as it is."""
    engine = created()
    outcome = start(engine, part=Part(("migrate",)))
    assert engine.started == ["db-1", "migrate-1"]
    assert set(states(outcome)) == {"db", "migrate"}


def test_a_container_in_a_restart_loop_gets_a_fresh_start() -> None:
    """It is stopped first: the engine would not start one that it is about to restart itself."""
    engine = FakeEngine(container("db", "restarting"))
    waited: list[tuple[str, int]] = []
    real = engine.stop

    def stop(container: str, seconds: int) -> None:
        waited.append((container, seconds))
        real(container, seconds)

    engine.stop = stop  # type: ignore[method-assign]
    outcome = drive.start(model(service("db")), engine, timeout=60.0)
    assert (waited, engine.started, outcome.failed) == ([("db-1", 1)], ["db-1"], ())
    looping = FakeEngine(container("db", "restarting", exit_code=1))
    outcome = drive.verify(model(service("db")), looping, timeout=60.0)
    assert (looping.stopped, looping.started, outcome.failed) == ([], [], ("db",))


def test_only_those_containers_are_looked_at_and_each_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, when it is as it should be; the next ones have the whole time again."""
    alone = model(replace(service("db"), replicas=2))
    clock = [1000.0]
    monkeypatch.setattr(drive, "time", SimpleNamespace(monotonic=lambda: clock[0], sleep=time.sleep))
    engine = FakeEngine(container("db"), container("db", number=2), container("db", number=3))
    told: list[str] = []

    def settled(track: ContainerState) -> None:
        told.append(track.container.id)
        clock[0] += 4.0

    part = Part(only=frozenset({"db-1", "db-3"}), parallel=1, settled=settled)
    outcome = drive.start(alone, engine, timeout=60.0, part=part)
    assert (engine.started, told, outcome.failed) == (["db-1", "db-3"], ["db-1", "db-3"], ())
    assert outcome.seconds == 8.0


def test_a_one_shot_that_has_run_can_be_asked_for_again() -> None:
    """Only that one."""
    engine = FakeEngine(
        container("db", "running", "healthy"),
        container("migrate", "exited", exit_code=0),
        container("api", "running", "healthy"),
        react={"migrate": [("die", 0)]},
    )
    outcome = start(engine, part=Part(again=frozenset({"migrate-1"})))
    assert (engine.started, outcome.failed, outcome.changed) == (["migrate-1"], (), True)


@pytest.mark.parametrize("check", [{"Test": ["NONE"]}, {"Test": []}, {}, None])
def test_an_image_whose_probe_is_off_has_none(check: object) -> None:
    """Then that it runs is all that is known."""
    engine = FakeEngine(container("db", "running"))
    engine.listed["db-1"]["check"] = check
    outcome = drive.start(model(service("db", None)), engine, timeout=60.0)
    assert outcome.services[0].outcome is State.RUNNING


def test_a_one_shot_has_no_health_that_counts() -> None:
    """Whatever its image says, and though Compose wrote one."""
    engine = FakeEngine(container("job", "running", "starting"), react={})
    engine.on_look = lambda looks: engine.say("job-1", "die", 0) if looks == 2 else None
    outcome = drive.start(model(marked(service("job"))), engine, timeout=60.0)
    assert outcome.services[0].outcome is State.COMPLETED


@pytest.mark.parametrize(("ran", "began"), [((), ""), (("other",), ""), (("db-1",), "2026-01-02T03:04:05Z")])
def test_only_what_was_started_a_moment_ago_has_to_stay_up(
    monkeypatch: pytest.MonkeyPatch, ran: tuple[str, ...], began: str
) -> None:
    """What ran before counts at once."""
    monkeypatch.setattr(drive, "SETTLE", 0.05)
    engine = FakeEngine(container("db", "running"))
    outcome = drive.verify(model(service("db", None)), engine, timeout=60.0, ran=ran)
    assert outcome.services[0].outcome is State.RUNNING
    assert len(engine.streams) == (0 if began else 1)


def test_a_time_of_the_engine_has_nine_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stream goes on behind the last event, to the nanosecond."""
    monkeypatch.setattr(drive, "RECONNECT", 0.0)
    stack = model(service("db"))
    engine = FakeEngine(container("db"), react={"db": [("lose", 0)]})
    engine.clock = 41_999_999_997
    drive.start(stack, engine, timeout=60.0)
    assert engine.since == ["", "41.999999999"]


def test_a_lost_stream_is_taken_up_where_it_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Subscribed again from the last event on, and what was missed is looked up."""
    slept: list[float] = []
    monkeypatch.setattr(drive, "time", SimpleNamespace(monotonic=time.monotonic, sleep=slept.append))
    engine = created(db=[("lose", 0)])
    assert start(engine).failed == ()
    assert engine.since == ["", "1.000000002"]
    assert slept == [0.2]


def test_a_lost_event_is_made_up_for_by_a_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while without events the engine is asked."""
    monkeypatch.setattr(drive, "QUIET", 0.02)
    assert start(created(db=[("miss", 0)])).failed == ()


def test_a_container_of_an_image_with_its_own_probe_is_waited_for() -> None:
    """The model knows nothing of it, the engine does."""
    engine = FakeEngine(container("db"), container("api"))
    engine.listed["db-1"]["check"] = {"Test": ["CMD", "true"]}
    outcome = drive.start(model(service("db", None), service("api", db=HEALTHY)), engine, timeout=60.0)
    assert states(outcome) == {"db": State.HEALTHY, "api": State.HEALTHY}


def test_only_so_many_are_asked_to_start_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drive, "PARALLEL", 1)
    engine, under_way, most = FakeEngine(container("a"), container("b")), list[str](), list[int]()

    def on_start(key: str) -> None:
        under_way.append(key)
        time.sleep(0.05)
        most.append(len(under_way))
        under_way.remove(key)

    engine.on_start = on_start
    assert drive.start(model(service("a"), service("b")), engine, timeout=60.0).failed == ()
    assert most == [1, 1]


def test_an_interruption_starts_nothing_more() -> None:
    """It goes through to the caller; no thread stays behind, the listener says its last word."""
    engine, listener = created(), Listener()

    class Interrupting(Listener):
        def update(self, rows: tuple[Row, ...]) -> None:
            super().update(rows)
            if any(row.state is State.HEALTHY for row in rows):
                raise KeyboardInterrupt

    listener = Interrupting()
    with pytest.raises(KeyboardInterrupt):
        start(engine, listener=listener)
    assert engine.started == ["db-1"]
    assert listener.closed == 1
