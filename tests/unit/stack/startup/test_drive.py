"""The driver, on an engine that stands in for the real one."""

from __future__ import annotations

import pytest

from dockgate.stack.startup import drive
from dockgate.stack.startup.outcome import Row, State
from dockgate.stack.startup.pending import Part
from tests.unit.stack.startup.driving import STACK, Listener, created, start, states
from tests.unit.stack.startup.stacks import HEALTHY, FakeEngine, container, model, service


def test_a_created_stack_is_started_in_order() -> None:
    """And the listener sees it from waiting to the end."""
    engine, listener = created(), Listener()
    outcome = start(engine, listener=listener)
    assert engine.started == ["db-1", "migrate-1", "api-1"]
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
    again = drive.start(STACK, engine, timeout=5.0, listed=outcome.containers)
    assert (again.services, again.containers, engine.looks) == (outcome.services, outcome.containers, 1)


def test_to_verify_starts_nothing() -> None:
    """What Compose should have started and did not has failed; what it started is waited for."""
    engine = FakeEngine(container("db", "exited", exit_code=1), container("api"))
    outcome = drive.verify(STACK, engine, timeout=5.0, part=Part(("db",)))
    assert (engine.started, outcome.failures[0].reason, outcome.failures[0].exit_code) == ([], "is exited", 1)
    engine = FakeEngine(container("db", "running", "starting"))
    listener = Listener()
    engine.on_look = lambda looks: engine.say("db-1", "health_status: healthy") if looks == 2 else None
    outcome = drive.verify(model(service("db")), engine, timeout=5.0, listener=listener)
    assert (engine.started, outcome.failed, outcome.changed) == ([], (), False)


def test_what_compose_started_has_to_stay_up() -> None:
    """Without a check, that it runs says nothing yet; what ran before is not waited for."""
    alone = model(service("db", None))
    engine = FakeEngine(container("db", "running"))
    engine.on_look = lambda looks: engine.say("db-1", "die", 3) if looks == 2 else None
    assert drive.verify(alone, engine, timeout=5.0).failures[0].exit_code == 3
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
    outcome = drive.start(model(service("db")), engine, timeout=5.0)
    assert (engine.stopped, engine.started, outcome.failed) == (["db-1"], ["db-1"], ())


def test_a_lost_stream_is_taken_up_where_it_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Subscribed again from the last event on, and what was missed is looked up."""
    monkeypatch.setattr(drive, "RECONNECT", 0.0)
    engine = created(db=[("lose", 0)])
    assert start(engine).failed == ()
    assert engine.since == ["", "1.000000002"]


def test_a_lost_event_is_made_up_for_by_a_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while without events the engine is asked."""
    monkeypatch.setattr(drive, "QUIET", 0.02)
    assert start(created(db=[("miss", 0)])).failed == ()


def test_a_container_of_an_image_with_its_own_probe_is_waited_for() -> None:
    """The model knows nothing of it, the engine does."""
    engine = FakeEngine(container("db"), container("api"))
    engine.listed["db-1"]["check"] = {"Test": ["CMD", "true"]}
    outcome = drive.start(model(service("db", None), service("api", db=HEALTHY)), engine, timeout=5.0)
    assert states(outcome) == {"db": State.HEALTHY, "api": State.HEALTHY}


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
