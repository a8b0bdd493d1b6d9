"""Services that end, turn unhealthy, run out of memory or have no port."""

from __future__ import annotations

import socket

from dockgate.stack.startup.outcome import State
from tests.integration.startup.stacks import LONG, PROBE, Stack, after, ready, shell, states


def test_what_ends_after_two_seconds_again_and_again_does_not_run(stack: Stack) -> None:
    """`restart: always` hides it from one look at a time."""
    outcome = stack.up(job=shell("sleep 2; exit 3", restart="always"))
    assert (outcome.failed, outcome.failures[0].exit_code) == (("job",), 3)


def test_a_service_that_exits_is_reported_at_once(stack: Stack) -> None:
    """Exit code, last 20 lines, what it blocked; the rest is left for `status` and `down`."""
    # Once: the engine starts it again, which must not add to the lines.
    noisy = "[ -e /ran ] && exit 3; touch /ran; i=0; while [ $i -lt 30 ]; do i=$((i+1)); echo line $i; done; exit 3"
    stack.create(
        db=ready(),
        api=shell(noisy, healthcheck=PROBE, depends_on=after(db="healthy"), restart="unless-stopped"),
        gateway=ready(depends_on=after(api="healthy")),
    )
    outcome = stack.start()
    assert outcome.seconds < LONG / 2
    assert states(outcome) == {"api": State.FAILED, "db": State.HEALTHY, "gateway": State.BLOCKED}
    (failure,) = outcome.failures
    assert (failure.service, failure.exit_code, failure.oom, failure.blocked) == ("api", 3, False, ("gateway",))
    assert failure.logs[-20:] == tuple(f"line {number}" for number in range(11, 31))
    assert not stack.status().healthy
    assert stack.states()["gateway"]["Status"] == "created"


def test_a_service_that_turns_unhealthy_is_reported_with_its_last_probe(stack: Stack) -> None:
    """Long before the timeout."""
    probe = {**PROBE, "start_period": "0s", "interval": "200ms"}
    stack.create(api=shell("sleep 600", healthcheck=probe))
    outcome = stack.start()
    assert outcome.seconds < LONG / 2
    (failure,) = outcome.failures
    assert (failure.reason, failure.exit_code) == ("is unhealthy", None)
    assert failure.probe == "exit code 1\nno file"


def test_a_service_that_runs_out_of_memory_says_so(stack: Stack) -> None:
    """The engine's own word, not a guess from the exit code, even where the engine restarts it at once."""
    greedy = "a=0123456789; while :; do a=$a$a; done"
    limits = {"mem_limit": "16m", "memswap_limit": "16m", "init": False, "restart": "unless-stopped"}
    stack.create(api=shell(greedy, healthcheck=PROBE, **limits))
    (failure,) = stack.start().failures
    assert (failure.exit_code, failure.oom) == (137, True)


def test_an_unhealthy_from_before_is_not_held_against_a_fresh_start(stack: Stack) -> None:
    """The engine keeps a stopped container's last health; the second time it has five seconds for its file."""
    probe = {**PROBE, "start_period": "5s", "interval": "200ms"}
    script = "if [ -f /been ]; then touch /ready; else touch /been; fi; sleep 600"
    stack.create(api=shell(script, healthcheck=probe))
    stack.start()
    stack.compose("stop", "--timeout", "0")
    assert stack.states()["api"]["Health"]["Status"] == "unhealthy"
    assert stack.start().failed == ()


def test_a_port_that_is_taken_is_a_failure_of_its_service(stack: Stack) -> None:
    """The engine refuses the start, in its own words."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        stack.create(api=ready(ports=[f"127.0.0.1:{taken.getsockname()[1]}:80"]))
        (failure,) = stack.start().failures
    assert failure.reason.startswith("failed to start: ")
    assert "address already in use" in failure.reason


def test_an_optional_service_that_fails_blocks_nobody(stack: Stack) -> None:
    """Its failure is told all the same."""
    stack.create(
        cache=shell("exit 1"),
        api=ready(depends_on={"cache": {"condition": "service_started", "required": False}}),
    )
    outcome = stack.start()
    assert states(outcome) == {"api": State.HEALTHY, "cache": State.FAILED}
