"""What holds for every dependency graph and every order of events."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from dockgate.compose.model import Dependency, Model
from dockgate.stack.startup.outcome import GOOD, State
from dockgate.stack.startup.pending import pending
from dockgate.stack.startup.scheduler import Scheduler, tracks
from dockgate.stack.startup.track import Event, Kind
from tests.unit.stack.startup.stacks import COMPLETED, HEALTHY, STARTED, container, model, service

if TYPE_CHECKING:
    from dockgate.compose.lifecycle import Condition
    from dockgate.engine.containers import Container

KINDS = ("probed", "plain", "job")
WANTS = {"probed": HEALTHY, "plain": STARTED, "job": COMPLETED}
AT_START = (("created", ""), ("exited", "unhealthy"), ("running", ""))


@st.composite
def stacks(draw: st.DrawFn) -> tuple[Model, dict[str, str]]:
    """Draw a dependency graph: each service waits for some of those before it."""
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=7))
    services = []
    for place, kind in enumerate(kinds):
        waits = {}
        for before in draw(st.sets(st.integers(0, place - 1), max_size=3)) if place else ():
            condition = draw(st.sampled_from([STARTED, WANTS[kinds[before]]]))
            waits[f"s{before}"] = Dependency(condition, required=draw(st.integers(0, 3)) > 0)
        one = service(f"s{place}", None if kind != "probed" else service("x").healthcheck, **waits)
        services.append(replace(one, replicas=draw(st.sampled_from([1, 1, 2, 0])), one_shot=kind == "job"))
    return model(*services), {f"s{place}": kind for place, kind in enumerate(kinds)}


class World:
    """An engine in which anything may happen, in any order, and whose events may be late, doubled or lost."""

    def __init__(self, stack: Model, kinds: dict[str, str], data: st.DataObject) -> None:
        """Create the containers; some run already."""
        self.stack, self.kinds, self.data = stack, kinds, data
        self.reached: dict[str, set[Condition]] = {}
        self.failed: set[str] = set()
        self.state: dict[str, Container] = {}
        self.asked: list[str] = []
        self.stream: deque[Event] = deque()
        self.returns: deque[Event] = deque()
        for name, one in stack.services.items():
            for number in range(1, one.replicas + 1):
                self._create(name, number)

    def _create(self, name: str, number: int) -> None:
        state, health = self.data.draw(st.sampled_from(AT_START))
        if state == "running":
            health = {"probed": "healthy"}.get(self.kinds[name], "")
        one = container(name, state, health, number, exit_code=1 if state == "exited" else None)
        self.state[one.id] = one
        self.reached[one.id] = {STARTED} if state == "running" else set()
        if health == "healthy":
            self.reached[one.id].add(HEALTHY)

    def start(self, key: str) -> None:
        """Be asked to start a container; each is asked for once."""
        assert key not in self.asked
        assert self.state[key].state != "running"
        self.asked.append(key)
        if self.data.draw(st.integers(0, 15)) == 0:
            self.failed.add(key)
            self.returns.append(Event(Kind.REFUSED, key, text="no"))
            return
        self.state[key] = replace(self.state[key], state="running", health="")
        self.reached[key].add(STARTED)
        self._say(Event(Kind.STARTED, key))
        self.returns.append(Event(Kind.RETURNED, key))

    def moves(self) -> list[str]:
        """Return the containers that may still do something."""
        alive = [one for one in self.state.values() if one.state == "running" and not one.health]
        return [one.id for one in alive if self.kinds[one.service] != "plain"]

    def move(self, key: str) -> None:
        """Let a container come to its end, mostly a good one."""
        one, bad = self.state[key], self.data.draw(st.integers(0, 7)) == 0
        if self.kinds[one.service] == "job":
            self.state[key] = replace(one, state="exited", exit_code=int(bad))
            self.reached[key] |= set() if bad else {COMPLETED}
            self._say(Event(Kind.DIED, key, int(bad)))
        else:
            health = "unhealthy" if bad else "healthy"
            self.state[key] = replace(one, health=health, state="running")
            self.reached[key] |= set() if bad else {HEALTHY}
            self._say(Event(Kind.UNHEALTHY if bad else Kind.HEALTHY, key))
        if bad:
            self.failed.add(key)

    def _say(self, event: Event) -> None:
        for _ in range(self.data.draw(st.sampled_from([1, 1, 1, 2, 0]))):
            self.stream.append(event)

    def may_start(self, name: str) -> bool:
        """Tell from the world's own history whether a service's conditions hold: the oracle."""
        for other, wait in self.stack.services[name].depends_on.items():
            if not (not wait.required and self.lost(other)) and not self.met(other, wait.condition):
                return False
        return True

    def met(self, name: str, condition: Condition) -> bool:
        """Tell whether a service ever was what another one waits for."""
        return all(condition in self.reached[key] for key, one in self.state.items() if one.service == name)

    def lost(self, name: str) -> bool:
        """Tell whether a service has failed, or waits for what has."""
        keys = [key for key, one in self.state.items() if one.service == name]
        waits = self.stack.services[name].depends_on.items()
        gone = any(wait.required and self.lost(other) for other, wait in waits)
        return any(key in self.failed for key in keys) or (gone and any(not self.reached[key] for key in keys))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawn=stacks(), data=st.data())
def test_nothing_starts_early_everything_ends_and_nothing_hangs(
    drawn: tuple[Model, dict[str, str]], data: st.DataObject
) -> None:
    """Conditions hold at every start; every service gets a true outcome; there is no deadlock."""
    stack, kinds = drawn
    world = World(stack, kinds, data)
    found = tuple(world.state.values())
    probed = {one.id: kinds[one.service] == "probed" for one in found}
    one = Scheduler(stack, stack.services, tracks(stack, found, pending(stack, found, stack.services), probed))
    now = 0.0
    for _ in range(400):
        now = drive(one, world, data, now)
        if one.done:
            one.observe(world.state.values(), now)
        if one.done:
            break
    assert one.done, {row.name: row.state for row in one.rows()}
    check(one, world)


def drive(one: Scheduler, world: World, data: st.DataObject, now: float) -> float:
    """Let one thing happen; when nothing can, look at the world and let time pass. Returns the time."""
    for key in one.ready(now):
        assert world.may_start(key.rsplit("-", 1)[0])
        world.start(key)
    choices = [*(["stream"] if world.stream else []), *(["returns"] if world.returns else []), *world.moves()]
    if not choices:
        one.observe(world.state.values(), now)
        now = max(now, one.due() or now)
        one.tick(now)
        return now
    choice = data.draw(st.sampled_from(choices))
    if choice in {"stream", "returns"}:
        one.handle((world.stream if choice == "stream" else world.returns).popleft(), now)
    else:
        world.move(choice)
    one.tick(now)
    return now + 0.01


def check(one: Scheduler, world: World) -> None:
    """Compare every outcome with what the world knows."""
    for row in one.rows():
        keys = [key for key, found in world.state.items() if found.service == row.name]
        if row.state in GOOD:
            wanted = WANTS[world.kinds[row.name]]
            assert all(wanted in world.reached[key] and key not in world.failed for key in keys)
        if row.state is State.FAILED:
            assert any(key in world.failed for key in keys)
        if row.state in {State.BLOCKED, State.NOT_STARTED, State.WAITING}:
            assert not set(keys) & set(world.asked)
            assert row.state is State.BLOCKED
            assert world.failed
