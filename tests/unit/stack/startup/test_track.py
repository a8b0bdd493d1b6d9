"""One container's way through a start."""

from __future__ import annotations

from typing import Any

import pytest

from dockgate.stack.startup.track import ENDED, ContainerState, Event, Kind, Phase
from tests.unit.stack.startup.stacks import container, marked, service

EXITED = {"phase": Phase.FAILED, "ran": 2.0, "ended": 2.0, "reason": "exited"}


def track(*, probed: bool = True, one_shot: bool = False) -> ContainerState:
    """Return a track of a created container."""
    one = service("api")
    return ContainerState(container("api"), marked(one) if one_shot else one, probed)


def happen(one: ContainerState, *kinds: Kind, code: int = 0, now: float = 1.0) -> ContainerState:
    """Let events happen."""
    for kind in kinds:
        one.handle(Event(kind, one.container.id, code), now)
    return one


def test_health_is_what_the_probes_of_this_start_say() -> None:
    """Nothing before it runs or without a probe; unhealthy only where a probe said so."""
    one, bare, failed = track(), track(probed=False), track()
    found = [one.health]
    found += [happen(one, Kind.STARTED).health, happen(one, Kind.HEALTHY).health, happen(one, Kind.UNHEALTHY).health]
    assert found == ["", "starting", "healthy", "unhealthy"]
    assert happen(bare, Kind.STARTED).health == ""
    assert happen(failed, Kind.STARTED, Kind.DIED, code=1).health == ""


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
    ],
)
def test_a_look_makes_up_for_lost_events(state: str, health: str, phase: Phase) -> None:
    """The engine's list says where a container is, without any event."""
    one = track()
    one.begin(0.0)
    happen(one, Kind.RETURNED)
    one.seen(container("api", state, health), 1.0)
    assert one.phase is phase


@pytest.mark.parametrize(
    ("events", "fields"),
    [
        ([], {"phase": Phase.STARTING, "returned": True}),
        ([Event(Kind.STARTED, "api-1")], {"phase": Phase.RUNNING, "ran": 2.0}),
        (
            [Event(Kind.STARTED, "api-1"), Event(Kind.HEALTHY, "api-1")],
            {"phase": Phase.HEALTHY, "ran": 2.0, "ended": 2.0},
        ),
        (
            [Event(Kind.STARTED, "api-1"), Event(Kind.UNHEALTHY, "api-1")],
            {"phase": Phase.FAILED, "ran": 2.0, "ended": 2.0, "reason": "is unhealthy"},
        ),
        (
            [Event(Kind.STARTED, "api-1"), Event(Kind.OOM, "api-1"), Event(Kind.DIED, "api-1", 137)],
            {**EXITED, "exit_code": 137, "oom": True},
        ),
        *(
            ([Event(Kind.STARTED, "api-1"), Event(Kind.DIED, "api-1", code), Event(Kind.OOM, "api-1")], told)
            for code, told in ((137, {**EXITED, "exit_code": 137, "oom": True}), (3, {**EXITED, "exit_code": 3}))
        ),
        (
            [Event(Kind.STARTED, "api-1"), Event(Kind.DIED, "api-1")],
            {"phase": Phase.FAILED, "ran": 2.0, "ended": 2.0, "reason": ENDED, "exit_code": 0},
        ),
        (
            [Event(Kind.REFUSED, "api-1", text="no port")],
            {"phase": Phase.FAILED, "ended": 2.0, "reason": "failed to start: no port"},
        ),
        (
            [Event(Kind.REMOVED, "api-1")],
            {"phase": Phase.FAILED, "ended": 2.0, "reason": "was removed by another process"},
        ),
    ],
)
def test_what_is_known_of_a_container_after_its_events(events: list[Event], fields: dict[str, Any]) -> None:
    """With when it ran and when it ended."""
    one, known = track(), track()
    one.begin(1.0)
    for event in events or (*events, Event(Kind.RETURNED, "api-1")):
        one.handle(event, 2.0)
    known.started = 1.0
    for name, value in fields.items():
        setattr(known, name, value)
    assert one == known


@pytest.mark.parametrize(
    ("seen", "reason", "code"),
    [
        (container("api", "restarting", exit_code=3), "is in a restart loop", 3),
        (container("api", "exited", exit_code=3), "exited", 3),
        (container("api", "dead"), ENDED, 0),
        (container("api", "running", "unhealthy"), "is unhealthy", None),
        (None, "was removed by another process", None),
    ],
)
def test_a_look_fails_a_container_as_its_event_would(seen: Any, reason: str, code: int | None) -> None:
    """At the time of the look."""
    one = track()
    one.begin(0.0)
    happen(one, Kind.RETURNED)
    one.seen(seen, 3.0)
    assert (one.phase, one.reason, one.exit_code, one.ended) == (Phase.FAILED, reason, code, 3.0)


def test_what_is_being_removed_or_has_not_begun_is_not_looked_at() -> None:
    """Nor what has ended."""
    waiting, begun, over = track(), track(), track()
    waiting.seen(container("api", "running", "healthy"), 1.0)
    assert waiting == track()
    begun.begin(0.0)
    happen(begun, Kind.RETURNED)
    for state in ("removing", "paused"):
        begun.seen(container("api", state), 1.0)
        assert begun.phase is Phase.STARTING
    over.fail("over", 2.0)
    over.seen(container("api", "running", "healthy"), 3.0)
    assert (over.phase, over.ended) == (Phase.FAILED, 2.0)


def doubted() -> ContainerState:
    """Return a track of a container that was unhealthy, and has until second 5."""
    one = service("api")
    return ContainerState(container("api"), one, True, Phase.RUNNING, doubted=True, settles=5.0)  # noqa: FBT003


def test_a_doubted_container_has_until_its_time() -> None:
    """A look that finds it unhealthy as before is no probe; a probe that passes ends the doubt."""
    one, healed, other = doubted(), doubted(), doubted()
    one.seen(container("api", "running", "unhealthy"), 1.0)
    one.tick(4.9)
    assert one == doubted()
    healed.seen(container("api", "running", "healthy"), 4.9)
    assert (healed.phase, healed.doubted, healed.settles, healed.ended) == (Phase.HEALTHY, False, None, 4.9)
    other.tick(5.0)
    assert (other.phase, other.reason, other.ended, other.settles) == (Phase.FAILED, "is unhealthy", 5.0, None)


def test_a_container_that_has_settled_ended_then() -> None:
    """A one-shot settles with its end alone, and what begins again is to return again."""
    one = track(probed=False)
    one.begin(0.0)
    happen(one, Kind.STARTED, Kind.RETURNED, now=1.0)
    one.tick(5.9)
    assert (one.settles, one.ended, one.returned, one.settled) == (6.0, None, True, False)
    one.tick(6.0)
    assert (one.settles, one.ended, one.settled) == (None, 6.0, True)
    one.begin(7.0)
    assert (one.started, one.returned) == (7.0, False)
    job = track(probed=False, one_shot=True)
    job.begin(0.0)
    happen(job, Kind.STARTED)
    assert (job.settles, job.settled) == (None, False)
    happen(job, Kind.DIED, now=3.0)
    assert (job.settled, job.ended, job.exit_code, job.phase) == (True, 3.0, 0, Phase.COMPLETED)
    failed = track(probed=False, one_shot=True)
    failed.begin(0.0)
    assert happen(failed, Kind.STARTED, Kind.DIED, code=3).phase is Phase.FAILED
