"""One container's way through a start."""

from __future__ import annotations

import pytest

from dockgate.stack.startup.track import SETTLE, ContainerState, Event, Kind, Phase
from tests.unit.stack.startup.stacks import container, marked, service


def track(*, probed: bool = True, one_shot: bool = False) -> ContainerState:
    """Return a track of a created container."""
    one = service("api")
    return ContainerState(container("api"), marked(one) if one_shot else one, probed)


def happen(one: ContainerState, *kinds: Kind, code: int = 0, now: float = 1.0) -> ContainerState:
    """Let events happen."""
    for kind in kinds:
        one.handle(Event(kind, one.container.id, code), now)
    return one


def test_a_probed_container_is_settled_when_its_probe_passes() -> None:
    """Started alone is not enough where there is a probe."""
    one = track()
    one.begin(0.0)
    assert not happen(one, Kind.STARTED, Kind.RETURNED).settled
    assert happen(one, Kind.HEALTHY, now=2.5).settled
    assert (one.started, one.ended) == (0.0, 2.5)


def test_health_is_what_the_probes_of_this_start_say() -> None:
    """Nothing before it runs or without a probe; unhealthy only where a probe said so."""
    one, bare, failed = track(), track(probed=False), track()
    found = [one.health]
    found += [happen(one, Kind.STARTED).health, happen(one, Kind.HEALTHY).health, happen(one, Kind.UNHEALTHY).health]
    assert found == ["", "starting", "healthy", "unhealthy"]
    assert happen(bare, Kind.STARTED).health == ""
    assert happen(failed, Kind.STARTED, Kind.DIED, code=1).health == ""


def test_a_container_without_probe_has_to_stay_up() -> None:
    """It counts as running when it has not died for a moment."""
    one = track(probed=False)
    one.begin(0.0)
    happen(one, Kind.STARTED, now=1.0)
    one.tick(1.0 + SETTLE - 0.01)
    assert not one.settled
    one.tick(1.0 + SETTLE)
    assert one.settled


@pytest.mark.parametrize(("one_shot", "code", "phase"), [(True, 0, Phase.COMPLETED), (True, 3, Phase.FAILED)])
def test_a_one_shot_ends_well_with_code_zero_only(one_shot: bool, code: int, phase: Phase) -> None:  # noqa: FBT001 - a table
    """Its exit code decides."""
    one = track(one_shot=one_shot, probed=False)
    one.begin(0.0)
    happen(one, Kind.STARTED)
    assert happen(one, Kind.DIED, code=code).phase is phase
    assert one.exit_code == code


def test_a_service_that_ends_fails_even_with_code_zero() -> None:
    """Nothing says that it may end, and the reason tells how to say so."""
    one = track()
    one.begin(0.0)
    happen(one, Kind.STARTED, Kind.HEALTHY, Kind.DIED)
    assert one.phase is Phase.FAILED
    assert "dev.dockgate.one-shot" in one.reason


def test_what_happened_before_the_start_changes_nothing() -> None:
    """A late `die` or a stale health of the last run is no result of this one."""
    one = track()
    happen(one, Kind.DIED, Kind.UNHEALTHY, Kind.HEALTHY, code=137)
    assert one.phase is Phase.WAITING
    one.begin(0.0)
    assert happen(one, Kind.DIED, Kind.UNHEALTHY, code=137).phase is Phase.STARTING


def test_nothing_changes_after_the_end() -> None:
    """A failure stays one, whatever a restart policy does next."""
    one = track()
    one.begin(0.0)
    happen(one, Kind.STARTED, Kind.UNHEALTHY, Kind.STARTED, Kind.HEALTHY)
    assert (one.phase, one.reason) == (Phase.FAILED, "is unhealthy")


def test_a_refused_start_and_a_removed_container_fail() -> None:
    """The engine's own words are the reason."""
    one = track()
    one.begin(0.0)
    one.handle(Event(Kind.REFUSED, one.container.id, text="port is already allocated"), 1.0)
    assert (one.phase, one.reason) == (Phase.FAILED, "failed to start: port is already allocated")
    other = track()
    other.begin(0.0)
    other.seen(None, 1.0)
    assert other.phase is Phase.FAILED


def test_a_look_before_the_request_returned_proves_nothing_about_the_stopped() -> None:
    """The list may be older than the start; afterwards it is the truth, and makes up for a lost event."""
    one = track()
    one.begin(0.0)
    one.seen(container("api", "exited", exit_code=1), 1.0)
    assert one.phase is Phase.STARTING
    happen(one, Kind.RETURNED)
    one.seen(container("api", "exited", exit_code=1), 1.0)
    assert (one.phase, one.exit_code) == (Phase.FAILED, 1)


@pytest.mark.parametrize(
    ("state", "health", "phase"),
    [
        ("running", "healthy", Phase.HEALTHY),
        ("running", "starting", Phase.RUNNING),
        ("running", "unhealthy", Phase.FAILED),
        ("restarting", "", Phase.FAILED),
        ("dead", "", Phase.FAILED),
        ("paused", "", Phase.STARTING),
    ],
)
def test_a_look_makes_up_for_lost_events(state: str, health: str, phase: Phase) -> None:
    """The engine's list says where a container is, without any event."""
    one = track()
    one.begin(0.0)
    happen(one, Kind.RETURNED)
    one.seen(container("api", state, health), 1.0)
    assert one.phase is phase
