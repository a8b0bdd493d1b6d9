"""Everything that the engine knows of what failed, and the outcome of each service."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from dockgate.core.errors import ToolFailedError
from dockgate.engine.containers import Port
from dockgate.stack.startup import failure_report
from dockgate.stack.startup.outcome import Failure, Outcome, ServiceOutcome, State
from dockgate.stack.startup.scheduler import Scheduler, tracks
from dockgate.stack.startup.track import Phase
from tests.unit.stack.startup.stacks import container, model, service

LINES = "".join(f"{number}\n" for number in range(30))
LAST = tuple(str(number) for number in range(10, 30))


class Wire:
    """An engine that says this of every container, or nothing any more."""

    def __init__(self, *, gone: bool = False, **state: Any) -> None:
        self.gone, self.state = gone, state
        self.asked: list[tuple[Any, ...]] = []

    def inspect(self, container: str) -> dict[str, Any]:
        self.asked.append((container,))
        if self.gone:
            raise ToolFailedError("it is gone")
        return {"State": self.state}

    def logs(self, *words: Any) -> str:
        self.asked.append(words)
        return LINES


def failed(**fields: Any) -> Any:
    """Return the track of a container that failed."""
    [track] = tracks(model(service("api")), [container("api", "exited", exit_code=None)], (), {"api-1": True})
    for name, value in fields.items():
        setattr(track, name, value)
    return track


def report(wire: Any, **fields: Any) -> Failure:
    return failure_report.failure(failed(**fields), wire, ("web",))


def test_a_failure_has_all_that_is_known() -> None:
    """From its start to its end; without a start, it took no time."""
    log = [{"ExitCode": 0, "Output": "old"}, {"ExitCode": 1, "Output": " refused\n"}]
    wire = Wire(Status="exited", ExitCode=3, OOMKilled=True, Health={"Log": log})
    whole = Failure(
        "api", "p-api-1", "is exited", 2.5, 3, oom=True, logs=LAST, probe="exit code 1\n refused", blocked=("web",)
    )
    assert report(wire, started=1.0, ended=3.5) == whole
    assert wire.asked == [("api-1",), ("api-1", 20)]
    assert report(wire, started=None, ended=3.5) == replace(whole, seconds=0.0)
    assert report(wire, started=None, ended=None) == replace(whole, seconds=0.0)
    assert report(wire, started=0.0, ended=3.5) == replace(whole, seconds=3.5)


@pytest.mark.parametrize(
    ("state", "fields", "code", "oom"),
    [
        ({"Status": "dead", "ExitCode": 4}, {}, 4, False),
        ({"Status": "running", "ExitCode": 0}, {}, None, False),
        ({"Status": "exited", "ExitCode": 4}, {"exit_code": 0}, 0, False),
        ({"Status": "running", "OOMKilled": False}, {"oom": True}, None, True),
        ({}, {}, None, False),
    ],
)
def test_what_was_heard_counts_before_what_is_read(
    state: dict[str, Any], fields: dict[str, Any], code: int | None, *, oom: bool
) -> None:
    """A restart takes the engine's own words back; what runs has no exit code."""
    wire: Any = Wire(**state)
    found = report(wire, started=1.0, ended=1.0, **fields)
    assert (found.exit_code, found.oom, found.probe) == (code, oom, "")


def test_memory_that_ran_out_may_be_told_after_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    wire: Any = Wire(Status="restarting", ExitCode=137)
    assert (report(wire, exit_code=137).oom, len(wire.asked)) == (False, 6)
    monkeypatch.setattr("time.sleep", lambda _seconds: wire.state.update(OOMKilled=True))
    assert (report(wire, exit_code=137).oom, len(wire.asked)) == (True, 9)


def test_a_container_that_is_gone_has_nothing_left_to_say() -> None:
    wire: Any = Wire(gone=True)
    assert report(wire, started=1.0, ended=2.0) == Failure("api", "p-api-1", "is exited", 1.0, blocked=("web",))
    one = container("api", "running")
    assert failure_report.ended(one, wire) == Failure("api", "p-api-1", "was restarted after it had come up")
    assert failure_report.failing_probe(wire, "api-1") == ""


@pytest.mark.parametrize(
    ("state", "reason", "code"),
    [("exited", "ended after it had come up", 3), ("running", "was restarted after it had come up", None)],
)
def test_a_container_that_did_not_stay_says_how_it_ended(state: str, reason: str, code: int | None) -> None:
    wire: Any = Wire(ExitCode=3, OOMKilled=True)
    found = failure_report.ended(container("api", state), wire)
    assert found == Failure("api", "p-api-1", reason, exit_code=code, oom=True, logs=LAST)
    assert wire.asked == [("api-1",), ("api-1", 20)]


@pytest.mark.parametrize(
    ("log", "said"),
    [
        ([{"ExitCode": 1, "Output": "a\nb\nc"}], "exit code 1, a"),
        ([{"ExitCode": 1, "Output": "\nb"}], "exit code 1"),
        ([{"ExitCode": 1}], "exit code 1"),
        ([{"ExitCode": 0, "Output": "fine"}], ""),
        ([{"Output": "x"}], "exit code None, x"),
        ([], ""),
        (None, ""),
    ],
)
def test_the_last_probe_is_one_line(log: list[dict[str, Any]] | None, said: str) -> None:
    """Where it failed."""
    wire: Any = Wire(Health={"Log": log})
    assert failure_report.failing_probe(wire, "api-1") == said
    assert failure_report.failing_probe(Wire(), "api-1") == ""  # type: ignore[arg-type]


def test_every_service_has_its_outcome() -> None:
    """Of what was started, when; its ports in order; what has no container is a failure, too."""
    stack = model(service("api"), service("db"), replace(service("web"), replicas=2), service("job"))
    ports = (Port(80, 1, "b"), Port(80, 1, "a"), Port(80), Port(9))
    listed = (container("api", "running", "healthy", ports=ports), container("db", "created"), container("job"))
    web = container("web", "exited", exit_code=3)
    found = tracks(
        stack, (*listed, web), {"api-1", "db-1", "job-1"}, dict.fromkeys(("api-1", "db-1", "web-1", "job-1"), True)
    )
    scheduler = Scheduler(stack, stack.services, found)
    api, job = scheduler.tracks["api-1"], scheduler.tracks["job-1"]
    api.phase, api.started, api.ended = Phase.HEALTHY, 10.0, 12.5
    job.phase, job.started = Phase.STARTING, 11.0
    wire: Any = Wire()
    outcome = failure_report.outcome(scheduler, wire, listed, 7.0)
    assert outcome == Outcome(
        (
            ServiceOutcome("api", State.HEALTHY, 2.5, "api:1", (Port(9), Port(80), Port(80, 1, "a"), Port(80, 1, "b"))),
            ServiceOutcome("db", State.NOT_STARTED, 0.0, "db:1"),
            ServiceOutcome("web", State.FAILED, 0.0, "web:1"),
            ServiceOutcome("job", State.STARTING, 0.0, "job:1"),
        ),
        (
            Failure("web", "p-web-1", "is exited", exit_code=3, logs=LAST),
            Failure("web", "-", "has 1 of 2 containers"),
        ),
        changed=True,
        seconds=7.0,
        containers=listed,
    )
    api.started = job.started = None
    assert not failure_report.outcome(scheduler, wire, listed, 7.0).changed
