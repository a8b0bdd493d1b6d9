"""What a scheduler shows of each service, and how it takes up what is there."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from dockgate.stack.startup.outcome import Row, State
from dockgate.stack.startup.scheduler import Scheduler, tracks
from dockgate.stack.startup.track import ContainerState, Event, Kind, Phase
from tests.unit.stack.startup.stacks import COMPLETED, HEALTHY, container, marked, model, service

STACK = model(replace(service("api"), replicas=2), service("web", None, api=HEALTHY))
LISTED = (container("api"), container("api", number=2), container("web"))
PROBED = {"api-1": True, "api-2": True, "web-1": False}


def scheduler(parallel: int = 0) -> Scheduler:
    return Scheduler(STACK, STACK.services, tracks(STACK, LISTED, {one.id for one in LISTED}, PROBED), parallel)


def test_a_row_is_of_all_containers_of_a_service() -> None:
    """It began with the first, and ended with the last; the worst health and every reason are shown."""
    one = scheduler()
    assert one.rows() == (Row("api", State.WAITING), Row("web", State.WAITING))
    assert one.ready(1.0) == ("api-1", "api-2")
    assert one.rows()[0] == Row("api", State.STARTING, 1.0)
    first, second = one.tracks["api-1"], one.tracks["api-2"]
    first.started = 0.5
    one.handle(Event(Kind.STARTED, "api-1"), 2.0)
    first.probe = "exit code 1"
    assert one.rows()[0] == Row("api", State.STARTING, 0.5, None, "last probe: exit code 1", "starting")
    one.handle(Event(Kind.STARTED, "api-2"), 2.0)
    second.probe = "exit code 2"
    detail = "last probe: exit code 1; last probe: exit code 2"
    assert one.rows()[0] == Row("api", State.STARTING, 0.5, None, detail, "starting")
    one.handle(Event(Kind.HEALTHY, "api-1"), 3.0)
    assert one.rows()[0] == Row("api", State.STARTING, 0.5, None, "last probe: exit code 2", "starting")
    one.handle(Event(Kind.HEALTHY, "api-2"), 4.0)
    assert one.rows()[0] == Row("api", State.HEALTHY, 0.5, 4.0, "", "healthy")
    assert one.waited() == ()


def test_a_failed_row_has_each_reason_once() -> None:
    one = scheduler()
    one.ready(1.0)
    for number in (1, 2):
        one.handle(Event(Kind.REFUSED, f"api-{number}", text="no port"), 1.0 + number)
    assert one.rows() == (Row("api", State.FAILED, 1.0, 3.0, "failed to start: no port", ""), Row("web", State.BLOCKED))
    assert one.blocked("api") == ("web",)
    assert one.blocked("web") == ()


def test_those_that_are_probed_and_run_are_waited_for() -> None:
    """No other has a probe to show."""
    one = scheduler()
    one.ready(1.0)
    one.handle(Event(Kind.STARTED, "api-1"), 2.0)
    assert [track.container.id for track in one.waited()] == ["api-1"]
    one.handle(Event(Kind.STARTED, "api-2"), 2.0)
    one.handle(Event(Kind.HEALTHY, "api-2"), 2.0)
    one.ready(3.0)
    one.handle(Event(Kind.STARTED, "web-1"), 3.0)
    assert [track.container.id for track in one.waited()] == ["api-1"]


@pytest.mark.parametrize(("parallel", "first"), [(0, ("api-1", "api-2")), (1, ("api-1",)), (2, ("api-1", "api-2"))])
def test_so_many_come_up_at_a_time(parallel: int, first: tuple[str, ...]) -> None:
    """The next when one is as it should be; none after a failure."""
    one = scheduler(parallel)
    assert one.ready(1.0) == first
    assert one.ready(1.0) == ()
    one.handle(Event(Kind.STARTED, "api-1"), 2.0)
    assert one.ready(2.0) == ()
    one.handle(Event(Kind.HEALTHY, "api-1"), 2.0)
    assert one.ready(2.0) == (("api-2",) if parallel == 1 else ())
    short = model(replace(service("api"), replicas=3))
    lacking = Scheduler(short, ["api"], tracks(short, LISTED[:2], {"api-1", "api-2"}, PROBED), 1)
    assert lacking.ready(1.0) == ()
    other = scheduler(1)
    other.ready(1.0)
    other.handle(Event(Kind.DIED, "api-1", 1), 2.0)
    other.handle(Event(Kind.REFUSED, "api-1"), 2.0)
    assert other.ready(3.0) == ()


def test_what_is_there_is_where_the_engine_has_it() -> None:
    """What is to start waits, whatever it was; a one-shot that succeeded is complete."""
    stack = model(service("api"), marked(service("job")), service("db"), service("old"))
    listed = (
        container("api", "running", "healthy"),
        container("job", "exited", exit_code=0),
        container("db", "running", "unhealthy"),
        container("old", "exited", exit_code=3),
    )
    probed = {one.id: one.service == "api" for one in listed}
    api, job, db, old = tracks(stack, listed, (), probed)
    assert api == ContainerState(listed[0], stack.services["api"], True, Phase.HEALTHY)  # noqa: FBT003 - a field
    assert job == ContainerState(listed[1], stack.services["job"], False, Phase.COMPLETED)  # noqa: FBT003
    assert (db.phase, db.doubted) == (Phase.RUNNING, True)
    assert (old.phase, old.reason, old.exit_code, old.ended, old.doubted) == (Phase.FAILED, "is exited", 3, 0.0, False)
    again = tracks(stack, listed, {"job-1", "db-1"}, probed)
    assert [(one.phase, one.doubted) for one in again[1:3]] == [(Phase.WAITING, False)] * 2


def test_a_job_of_another_services_image_is_doubted_by_the_engines_own_time() -> None:
    """Where the file names no probe, the image's has the engine's defaults."""
    stack = model(service("api", None))
    one = Scheduler(
        stack, stack.services, tracks(stack, [container("api", "running", "unhealthy")], (), {"api-1": True})
    )
    assert one.due() is None
    one.tick(10.0)
    assert one.due() == 70.0
    one.tick(69.9)
    assert one.state("api") is State.STARTING
    one.tick(70.0)
    assert one.state("api") is State.FAILED


@pytest.mark.parametrize(
    ("phases", "state"),
    [
        ((Phase.HEALTHY, Phase.HEALTHY), State.HEALTHY),
        ((Phase.RUNNING, Phase.RUNNING), State.RUNNING),
        ((Phase.HEALTHY, Phase.RUNNING), State.RUNNING),
        ((Phase.COMPLETED, Phase.COMPLETED), State.COMPLETED),
        ((Phase.COMPLETED, Phase.RUNNING), State.RUNNING),
        ((Phase.STARTING, Phase.WAITING), State.STARTING),
        ((Phase.WAITING, Phase.WAITING), State.WAITING),
    ],
)
def test_a_service_is_as_all_its_containers_are(phases: tuple[Phase, Phase], state: State) -> None:
    stack = model(replace(service("api", None), replicas=2))
    found = tracks(
        stack, [container("api"), container("api", number=2)], {"api-1", "api-2"}, {"api-1": False, "api-2": False}
    )
    one = Scheduler(stack, stack.services, found)
    for track, phase in zip(found, phases, strict=True):
        track.phase = phase
    assert one.state("api") is state


def test_the_next_time_that_matters_is_the_first() -> None:
    """Of all containers that have one."""
    stack = model(service("a", None), service("b", None), service("c", None, a=COMPLETED))
    listed = [container(name) for name in "abc"]
    one = Scheduler(
        stack, stack.services, tracks(stack, listed, {"a-1", "b-1", "c-1"}, dict.fromkeys(("a-1", "b-1", "c-1"), False))
    )
    assert one.due() is None
    one.ready(0.0)
    one.handle(Event(Kind.STARTED, "b-1"), 2.0)
    assert one.due() == 7.0
    one.handle(Event(Kind.STARTED, "none of ours"), 1.0)
    one.observe((container("a", "running"), container("b", "running")), 3.0)
    assert one.tracks["c-1"].phase is Phase.FAILED
    assert one.tracks["a-1"].phase is Phase.RUNNING
