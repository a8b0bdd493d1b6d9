"""What is reported of a stack that does not come up."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import MissingToolError, ToolFailedError
from dockgate.stack.startup import drive
from dockgate.stack.startup.outcome import State
from tests.unit.stack.startup.driving import Listener, created, start, states
from tests.unit.stack.startup.stacks import FakeEngine, container, model, service

if TYPE_CHECKING:
    from dockgate.stack.startup.outcome import Row


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


def test_time_runs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not healthy by then has failed."""
    engine, clock = created(db=[]), [0.0]
    engine.on_start = lambda _key: clock.append(0.5)
    monkeypatch.setattr(drive, "time", SimpleNamespace(monotonic=lambda: clock[-1]))
    outcome = start(engine, timeout=0.5)
    assert outcome.failures[0].reason == "is not healthy after 0.5 s"
    assert states(outcome)["api"] is State.BLOCKED


def test_a_failing_probe_is_shown_while_it_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not only when time has run out."""
    late = [0.0]

    class Waiting(Listener):
        def update(self, rows: tuple[Row, ...]) -> None:
            super().update(rows)
            late[0] = 60.0 * any(row.detail.startswith("last probe") for row in rows)

    monkeypatch.setattr(drive, "QUIET", 0.02)
    monkeypatch.setattr(drive, "time", SimpleNamespace(monotonic=lambda: time.monotonic() + late[0]))
    listener = Waiting()
    start(created(db=[]), listener=listener)
    shown = {(row.state, row.detail) for rows in listener.rows for row in rows if row.name == "db"}
    assert (State.STARTING, "last probe: exit code 1, connection refused") in shown
    assert (State.FAILED, "is not healthy after 60 s") in shown


def test_a_service_without_its_container_is_reported() -> None:
    """It was removed between creating and starting; its dependents are blocked."""
    outcome = start(FakeEngine(container("migrate"), container("api")))
    assert states(outcome) == {"db": State.FAILED, "migrate": State.BLOCKED, "api": State.BLOCKED}
    (failure,) = outcome.failures
    assert (failure.reason, failure.blocked) == ("has 0 of 1 containers", ("migrate", "api"))


def test_a_container_that_goes_while_it_is_looked_at_is_missing() -> None:
    """The list had it, and the engine does not."""
    gone = (container("job", "running"),)
    outcome = drive.start(model(service("job", None)), FakeEngine(), timeout=5.0, listed=gone)
    assert [failure.reason for failure in outcome.failures] == ["has 0 of 1 containers"]


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


def test_no_time_at_all_is_a_report_too() -> None:
    """Every service gets its outcome, however early the time is over."""
    outcome = start(created(), timeout=0.0)
    assert set(states(outcome).values()) == {State.NOT_STARTED}


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


@pytest.mark.parametrize("dies", [True, False])
def test_what_is_restarted_again_and_again_has_not_started(monkeypatch: pytest.MonkeyPatch, *, dies: bool) -> None:
    """It runs when it is looked at, and ends before it would count."""
    monkeypatch.setattr(drive, "QUIET", 0.02)
    monkeypatch.setattr(drive, "SETTLE", 60.0 if dies else 0.1)
    engine = FakeEngine(container("job", "running"))
    engine.listed["job-1"] |= {"restarts": 6, "began": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}Z"}
    engine.on_look = lambda looks: engine.say("job-1", "die" if dies else "start", 3) if looks == 3 else None
    outcome = drive.start(model(service("job", None)), engine, timeout=120.0)
    assert outcome.failed == (("job",) if dies else ())
    assert engine.started == []


def test_what_waits_for_its_request_is_not_started_after_an_interruption(monkeypatch: pytest.MonkeyPatch) -> None:
    engine, ended = FakeEngine(container("a"), container("b")), threading.Event()

    class Pool(ThreadPoolExecutor):
        def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002
            super().shutdown(wait=False, cancel_futures=cancel_futures)
            ended.set()
            super().shutdown(wait)

    class Interrupting(Listener):
        def update(self, rows: tuple[Row, ...]) -> None:
            if rows[0].state is not State.WAITING:
                raise KeyboardInterrupt

    def on_start(key: str) -> None:
        engine.say(key, "start")
        ended.wait(60)

    engine.on_start = on_start
    monkeypatch.setattr(drive, "PARALLEL", 1)
    monkeypatch.setattr(drive, "ThreadPoolExecutor", Pool)
    with pytest.raises(KeyboardInterrupt):
        drive.start(model(service("a"), service("b")), engine, timeout=60.0, listener=Interrupting())
    assert engine.started == ["a-1"]
