"""The report on what failed, and the outcome as data."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from dockgate.engine.containers import Port
from dockgate.stack.startup.outcome import Failure, Outcome, Row, ServiceOutcome, State

FAILURE = Failure(
    service="api",
    container="p-api-1",
    reason="exited",
    seconds=1.26,
    exit_code=137,
    oom=True,
    logs=("first", "last"),
    probe="exit code 1\nconnection refused",
    blocked=("worker", "gateway"),
)


def test_a_report_says_everything_that_is_known() -> None:
    """In the order in which it is read."""
    assert str(FAILURE).splitlines() == [
        "api (p-api-1) exited, 1.3 s after its start",
        "  exit code 137 (SIGKILL, out of memory)",
        "  last probe:",
        "  | exit code 1",
        "  | connection refused",
        "  last 2 log lines:",
        "  | first",
        "  | last",
        "  blocked: worker, gateway",
    ]


def test_a_report_leaves_out_what_is_not_known() -> None:
    """A container that never ran has no exit code, no logs, no probe."""
    assert str(Failure("api", "-", "has 0 of 1 containers")) == "api (-) has 0 of 1 containers"
    assert "  exit code 3" in str(Failure("api", "p-api-1", "exited", 1.0, 3)).splitlines()


def test_an_outcome_knows_what_failed() -> None:
    """Blocked and not started are no success either."""
    rows = [
        ServiceOutcome(str(state), state, 1.23456, "api:1", (Port(80), Port(80, 8080, "127.0.0.1"))) for state in State
    ]
    outcome = Outcome(tuple(rows), (FAILURE,), changed=True, seconds=1.0)
    assert outcome.failed == ("waiting", "starting", "failed", "blocked", "not started", "unchanged")
    assert rows[0].as_json() == {
        "name": "healthy",
        "outcome": "healthy",
        "seconds": 1.235,
        "image": "api:1",
        "ports": ["127.0.0.1:8080->80/tcp"],
    }
    assert FAILURE.as_json() == {
        "service": "api",
        "container": "p-api-1",
        "reason": "exited",
        "seconds": 1.26,
        "exit_code": 137,
        "oom": True,
        "logs": ["first", "last"],
        "probe": "exit code 1\nconnection refused",
        "blocked": ["worker", "gateway"],
    }
    assert replace(FAILURE, seconds=1.23456).as_json()["seconds"] == 1.235


@pytest.mark.parametrize(
    ("code", "oom", "cause"),
    [
        (3, False, ""),
        (3, True, " (out of memory)"),
        (143, False, " (SIGTERM)"),
        (137, True, " (SIGKILL, out of memory)"),
    ],
)
def test_an_exit_code_says_what_it_means(code: int, cause: str, *, oom: bool) -> None:
    said = str(Failure("api", "-", "exited", exit_code=code, oom=oom))
    assert said == f"api (-) exited\n  exit code {code}{cause}"


def test_the_seconds_of_a_service_run_until_its_outcome() -> None:
    """They stand still afterwards, and are none where it was there before."""
    assert Row("api", State.WAITING).seconds(9.0) == 0.0
    assert Row("api", State.STARTING, 5.0).seconds(9.0) == 4.0
    assert Row("api", State.HEALTHY, 5.0, 6.5).seconds(9.0) == 1.5


@pytest.mark.parametrize("words", ["listen: address already in use", "Bind for :80 failed: port is already allocated"])
def test_a_port_that_is_taken_has_a_way_out(words: str) -> None:
    """The engine knows the number; which variable it is, doctor knows."""
    assert str(Failure("api", "p-api-1", f"failed to start: {words}")) == (
        f"api (p-api-1) failed to start: {words}\n"
        "  → another process uses this port: inv doctor shows its variable; --instance=NAME uses free ports"
    )
    assert "→" not in str(FAILURE)
