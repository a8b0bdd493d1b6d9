"""The driver, on an engine that stands in for the real one."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.errors import MissingToolError, ToolFailedError
from dockgate.stack.startup import drive
from dockgate.stack.startup.outcome import Row, State
from dockgate.stack.startup.pending import Part
from tests.unit.stack.startup.stacks import COMPLETED, HEALTHY, FakeEngine, container, model, service

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockgate.stack.startup.outcome import Outcome

STACK = model(service("db"), service("migrate", None, db=HEALTHY), service("api", db=HEALTHY, migrate=COMPLETED))
JOB = {"migrate": [("die", 0)]}


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    """However it ends, every thread ends."""
    yield
    assert [thread for thread in threading.enumerate() if thread is not threading.main_thread()] == []


def created(**react: list[tuple[str, int]]) -> FakeEngine:
    """Return an engine with the stack created."""
    return FakeEngine(*(container(name) for name in STACK.services), react={**JOB, **react})


def states(outcome: Outcome) -> Mapping[str, State]:
    """Return each service's outcome."""
    return {one.name: one.outcome for one in outcome.services}


def start(engine: FakeEngine, **options: Any) -> Outcome:
    """Start the stack; a test that hangs fails soon."""
    return drive.start(STACK, engine, **{"timeout": 5.0, **options})


class Listener:
    """Records what it is told."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.rows: list[tuple[Row, ...]] = []
        self.closed = 0

    def update(self, rows: tuple[Row, ...]) -> None:
        """Write it down."""
        self.rows.append(rows)

    def close(self) -> None:
        """Count."""
        self.closed += 1


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
    again = drive.start(STACK, engine, listed=outcome.containers)
    assert (again.services, again.containers, engine.looks) == (outcome.services, outcome.containers, 1)


def test_a_failed_container_is_reported_with_all_that_is_known() -> None:
    """Exit code, memory, last lines, last probe, and what it blocked."""
    engine = created(migrate=[("die", 137)])
    engine.listed["migrate-1"]["oom"] = True
    outcome = start(engine)
    assert engine.started == ["db-1", "migrate-1"]
    assert outcome.failed == ("migrate", "api")
    (failure,) = outcome.failures
    assert (failure.service, failure.reason, failure.exit_code, failure.oom) == ("migrate", "exited", 137, True)
    assert (len(failure.logs), failure.logs[-1]) == (20, "migrate-1 line 24")
    assert failure.probe == "exit code 1\nconnection refused"
    assert failure.blocked == ("api",)


def test_memory_that_ran_out_is_remembered_over_a_restart() -> None:
    """The engine restarts the container, and forgets."""
    outcome = start(created(db=[("oom", 0), ("die", 137), ("start", 0)]))
    assert (outcome.failures[0].exit_code, outcome.failures[0].oom) == (137, True)


def test_a_container_that_cannot_be_started_is_a_failure_of_its_service() -> None:
    """The engine's words are kept."""
    engine = created()
    engine.refuse["db-1"] = ToolFailedError("port is already allocated")
    outcome = start(engine)
    assert outcome.failures[0].reason == "failed to start: port is already allocated"
    assert states(outcome) == {"db": State.FAILED, "migrate": State.BLOCKED, "api": State.BLOCKED}


def test_time_runs_out() -> None:
    """What is not healthy by then has failed."""
    outcome = start(created(db=[]), timeout=0.5)
    assert outcome.failures[0].reason == "is not healthy after 0.5 s"
    assert states(outcome)["api"] is State.BLOCKED


def test_a_failing_probe_is_shown_while_it_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not only when time has run out."""
    monkeypatch.setattr(drive, "QUIET", 0.02)
    listener = Listener()
    start(created(db=[]), timeout=0.5, listener=listener)
    shown = {(row.state, row.detail) for rows in listener.rows for row in rows if row.name == "db"}
    assert (State.STARTING, "last probe: exit code 1, connection refused") in shown
    assert (State.FAILED, "is not healthy after 0.5 s") in shown


def test_a_service_without_its_container_is_reported() -> None:
    """It was removed between creating and starting; its dependents are blocked."""
    outcome = start(FakeEngine(container("migrate"), container("api")))
    assert states(outcome) == {"db": State.FAILED, "migrate": State.BLOCKED, "api": State.BLOCKED}
    (failure,) = outcome.failures
    assert (failure.reason, failure.blocked) == ("has 0 of 1 containers", ("migrate", "api"))


def test_a_container_that_is_removed_while_it_starts_is_reported_without_its_logs() -> None:
    """The engine has nothing left to tell."""
    engine = created(db=[("destroy", 0)])
    outcome = start(engine)
    (failure,) = outcome.failures
    assert (failure.service, failure.reason, failure.logs, failure.probe) == (
        "db",
        "was removed by another process",
        (),
        "",
    )


def test_to_verify_starts_nothing() -> None:
    """What Compose should have started and did not has failed; what it started is waited for."""
    engine = FakeEngine(container("db", "exited", exit_code=1), container("api"))
    outcome = drive.verify(STACK, engine, part=Part(("db",)))
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


def test_no_time_at_all_is_a_report_too() -> None:
    """Every service gets its outcome, however early the time is over."""
    outcome = start(created(), timeout=0.0)
    assert set(states(outcome).values()) == {State.NOT_STARTED}


def test_only_the_services_asked_for_and_what_they_need_are_started() -> None:
    """The api stays as it is."""
    engine = created()
    outcome = start(engine, part=Part(("migrate",)))
    assert engine.started == ["db-1", "migrate-1"]
    assert set(states(outcome)) == {"db", "migrate"}


def test_a_container_in_a_restart_loop_gets_a_fresh_start() -> None:
    """It is stopped first: the engine would not start one that it is about to restart itself."""
    engine = FakeEngine(container("db", "restarting"))
    outcome = drive.start(model(service("db")), engine)
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
    outcome = drive.start(model(service("db", None), service("api", db=HEALTHY)), engine)
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


def test_an_engine_that_goes_away_is_an_error_and_no_outcome() -> None:
    """Nothing is known then."""
    engine = created()

    def gone(_container: str) -> None:
        raise MissingToolError("the engine does not answer")

    engine.on_start = gone
    with pytest.raises(MissingToolError):
        start(engine)


def test_a_bug_in_a_thread_is_raised_where_it_is_seen() -> None:
    """It does not become a timeout."""
    engine = created()
    engine.refuse["db-1"] = ValueError("bug")
    with pytest.raises(ValueError, match="bug"):
        start(engine)


def test_what_is_restarted_again_and_again_has_not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """It runs when it is looked at, and ends before it would count."""
    monkeypatch.setattr(drive, "SETTLE", 0.3)
    for dies in (True, False):
        engine = FakeEngine(container("job", "running"))
        engine.listed["job-1"] |= {"restarts": 6, "began": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}Z"}
        ends = threading.Timer(0.1, engine.say, ("job-1", "die" if dies else "start", 3))
        ends.start()
        outcome = drive.start(model(service("job", None)), engine, timeout=5.0)
        ends.join()
        assert outcome.failed == (("job",) if dies else ())
        assert engine.started == []
