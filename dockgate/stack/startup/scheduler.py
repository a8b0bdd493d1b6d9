"""When to start what: the dependency graph and the engine's events in; containers to start and outcomes out. No I/O.

Scheduler(model, names, tracks)
ready(now) -> container ids to start      handle(event, now)      observe(containers, now)
tick(now)      due() -> next time that matters      expire(now)      done      rows()      blocked(name)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.compose.lifecycle import Condition
from dockgate.core.errors import ConfigError
from dockgate.stack.startup.outcome import GOOD, Row, State
from dockgate.stack.startup.pending import succeeded
from dockgate.stack.startup.track import ALIVE, HEALTH, ContainerState, Phase

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from dockgate.compose.model import Dependency, Model
    from dockgate.engine.containers import Container
    from dockgate.stack.startup.track import Event

UNPROBED = 60.0  # seconds: the engine's own defaults for a health check of the image, 30 between two and 30 for one


def tracks(
    model: Model, containers: Iterable[Container], start: Collection[str], probed: Mapping[str, bool]
) -> tuple[ContainerState, ...]:
    """Return a track for each container: those in `start` wait, the others are where the engine has them."""
    found = tuple(ContainerState(one, model.services[one.service], probed[one.id]) for one in containers)
    for track in found:
        one = track.container
        if one.id in start:
            continue
        track.doubted = one.health == "unhealthy"
        if one.running:
            track.phase = Phase.HEALTHY if one.health == "healthy" else Phase.RUNNING
        elif track.service.one_shot and succeeded(one):
            track.phase = Phase.COMPLETED
        else:
            track.fail(f"is {one.state}", 0.0, one.exit_code)
    return found


class Scheduler:
    """The state of one start; it only ever decides, its caller acts."""

    def __init__(
        self, model: Model, names: Collection[str], found: Iterable[ContainerState], parallel: int = 0
    ) -> None:
        """Take the services to start and the tracks of their containers, so many at a time of each (0: all)."""
        self.model, self.parallel = model, parallel
        self.names = tuple(name for name in model.services if name in names)
        self.tracks = {track.container.id: track for track in found}
        self.by_service: dict[str, list[ContainerState]] = {name: [] for name in self.names}
        for track in self.tracks.values():
            self.by_service[track.service.name].append(track)
        self.chains = self._chains()
        self._check_probes()

    def ready(self, now: float) -> tuple[str, ...]:
        """Return the containers whose conditions hold now, and take them as being started.

        A failure stops only what depends on it. Those that the longest chain waits for come first: the engine's time is
        short where many start at once.
        """
        names = sorted(filter(self._may_start, self.names), key=self.chains.__getitem__, reverse=True)
        todo = [track for name in names for track in self._next(name)]
        for track in todo:
            track.begin(now)
        return tuple(track.container.id for track in todo)

    def handle(self, event: Event, now: float) -> None:
        """Take in an event; one of a container that is not ours changes nothing."""
        if track := self.tracks.get(event.container):
            track.handle(event, now)

    def observe(self, containers: Iterable[Container], now: float) -> None:
        """Take in what the engine lists now, in case events were missed."""
        listed = {one.id: one for one in containers}
        for key, track in self.tracks.items():
            track.seen(listed.get(key), now)

    def tick(self, now: float) -> None:
        """Let time pass."""
        for track in self.tracks.values():
            if track.doubted and track.phase is Phase.RUNNING and track.settles is None:
                self._doubt(track, now)
            track.tick(now)

    def due(self) -> float | None:
        """Return the next time at which `tick` will change something."""
        return min((track.settles for track in self.tracks.values() if track.settles is not None), default=None)

    def expire(self, now: float, timeout: float) -> None:
        """Fail everything that was started and is not as it should be."""
        for track in self.tracks.values():
            if not track.settled and track.phase in {Phase.STARTING, *ALIVE}:
                wanted = "complete" if track.service.one_shot else "healthy"
                track.fail(f"is not {wanted} after {timeout:g} s", now)

    @property
    def done(self) -> bool:
        """Return whether nothing more will change: what is not as it should be has failed, or waits for what has."""
        return all(self.state(name) in GOOD | {State.FAILED, State.BLOCKED} for name in self.names)

    def state(self, name: str) -> State:
        """Return where a service is; at the end of a start, its outcome."""
        service, found = self.model.services[name], self.by_service[name]
        if self._failed(name):
            return State.FAILED
        if not service.replicas:
            return State.UNWANTED
        if all(track.settled for track in found):
            return _settled(found)
        if self._blocked(name):
            return State.BLOCKED
        return State.WAITING if all(track.phase is Phase.WAITING for track in found) else State.STARTING

    def waited(self) -> tuple[ContainerState, ...]:
        """Return the containers that run and whose probe has not succeeded yet."""
        return tuple(track for track in self.tracks.values() if track.probed and track.phase is Phase.RUNNING)

    def rows(self) -> tuple[Row, ...]:
        """Return where every service is now."""
        return tuple(self._row(name) for name in self.names)

    def blocked(self, name: str) -> tuple[str, ...]:
        """Return the services that a failed one keeps from starting, in the order in which they would have."""
        waiting = [other for other in self.names if any(one.phase is Phase.WAITING for one in self.by_service[other])]
        return tuple(other for other in waiting if name in self._chain(other))

    def _row(self, name: str) -> Row:
        found, state = self.by_service[name], self.state(name)
        started = min((track.started for track in found if track.started is not None), default=None)
        ends = [track.ended for track in found if track.ended is not None]
        over = state in GOOD or state is State.FAILED
        detail = "; ".join(dict.fromkeys(filter(None, (track.reason or _waits(track) for track in found))))
        health = min((track.health for track in found), key=HEALTH.index, default="")
        return Row(name, state, started, max(ends, default=None) if over else None, detail, health)

    def _chain(self, name: str) -> frozenset[str]:
        """Return the failed services that this one waits for, directly or not."""
        found, todo, met = set[str](), [name], {name}
        while todo:
            for other, wait in self.model.services[todo.pop()].depends_on.items():
                if other in met or other not in self.by_service or self._met(other, wait):
                    continue
                met.add(other)
                todo.append(other)
                if self._failed(other):
                    found.add(other)
        return frozenset(found)

    def _next(self, name: str) -> list[ContainerState]:
        """Return the containers of a service that are to start now; after a failure, none where they come in turn."""
        waiting = [track for track in self.by_service[name] if track.phase is Phase.WAITING]
        if not self.parallel:
            return waiting
        busy = sum(track.phase is not Phase.WAITING and not track.settled for track in self.by_service[name])
        return [] if self._failed(name) else waiting[: max(0, self.parallel - busy)]

    def _may_start(self, name: str) -> bool:
        waits = self.model.services[name].depends_on.items()
        return all(self._met(other, wait) for other, wait in waits if other in self.by_service)

    def _met(self, name: str, wait: Dependency) -> bool:
        if not wait.required and (self._failed(name) or self._blocked(name)):
            return True
        wanted = {Condition.STARTED: {*ALIVE, Phase.COMPLETED}, Condition.HEALTHY: {Phase.HEALTHY}}
        phases = wanted.get(wait.condition, {Phase.COMPLETED})
        return not self._failed(name) and all(track.phase in phases for track in self.by_service[name])

    def _blocked(self, name: str) -> bool:
        return any(one.phase is Phase.WAITING for one in self.by_service[name]) and bool(self._chain(name))

    def _failed(self, name: str) -> bool:
        found = self.by_service[name]
        short = len(found) < self.model.services[name].replicas
        return short or any(track.phase is Phase.FAILED for track in found)

    def _chains(self) -> dict[str, int]:
        """Return for each service the length of the longest chain of services that waits for it."""
        found = dict.fromkeys(self.model.services, 0)
        for name in reversed(self.model.order()):
            for other in self.model.services[name].depends_on:
                if other in found:
                    found[other] = max(found[other], found[name] + 1)
        return found

    def _doubt(self, track: ContainerState, now: float) -> None:
        """Give a service that was unhealthy before one more probe, once what it needs is there again."""
        if self._may_start(track.service.name):
            probe = track.service.healthcheck
            track.settles = now + (probe.interval + probe.timeout if probe else UNPROBED)
        elif self._chain(track.service.name):
            track.settles = now

    def _check_probes(self) -> None:
        for name in self.names:
            for other, wait in self.model.services[name].depends_on.items():
                bare = any(not one.probed and not one.service.one_shot for one in self.by_service.get(other, ()))
                if wait.condition is Condition.HEALTHY and bare:
                    raise ConfigError(
                        f"{name} waits for {other} to be healthy, but {other} has no health check",
                        fix=f"give {other} a healthcheck, or let {name} wait for service_started",
                    )


def _waits(track: ContainerState) -> str:
    """Return why a container that runs is still waited for, as far as a probe said."""
    return f"last probe: {track.probe}" if track.probe and track.phase is Phase.RUNNING else ""


def _settled(found: list[ContainerState]) -> State:
    phases = {track.phase for track in found}
    if phases == {Phase.COMPLETED}:
        return State.COMPLETED
    return State.HEALTHY if phases == {Phase.HEALTHY} else State.RUNNING
