"""Rolls services: new containers beside the old ones, healthy, then the old ones are told to finish and removed.

Compose alone takes all containers of a service away before it starts new ones. Where two cannot run at once they are
swapped: the new one is created before the old one stops, and the old one is started again if the new one fails.
"""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from http import HTTPStatus
from typing import TYPE_CHECKING, Self

from msgspec import Struct
from msgspec.structs import replace

from dockgate.compose import model as compose_model
from dockgate.core.errors import ToolFailedError
from dockgate.engine import containers as engine_containers
from dockgate.engine.api import RefusedError
from dockgate.stack.startup import drive
from dockgate.stack.startup.pending import Part
from dockgate.system import process

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from types import TracebackType

    from dockgate.compose.model import Model
    from dockgate.compose.resolve import Composition
    from dockgate.engine.api import EngineClient
    from dockgate.engine.containers import Container
    from dockgate.stack.rolling_settings import RollingSettings
    from dockgate.stack.startup.board import Listener
    from dockgate.stack.startup.outcome import Failure, Outcome
    from dockgate.stack.startup.track import ContainerState

CREATE = ("up", "--no-start", "--no-build", "--pull", "never", "--quiet-pull", "--no-deps", "--no-recreate")
# Seconds that a new container has run before an old one stops: callers may remember the old addresses for a while. The
# gateway asks again after a second (its `resolver … valid`).
NOTICE = 1.5
GRACE = 10.0  # seconds: the engine's own, where a service has no stop_grace_period
DRAINS = 16  # old containers that finish at the same time


class Turn(Struct):
    """One service: its containers that go, and the new ones that do not serve yet."""

    name: str
    old: list[Container]
    new: list[Container]

    def leave(self) -> list[Container]:
        """Return the next old one to go, first those that do not serve; all of them after the last new one."""
        self.old.sort(key=lambda one: one.running and one.health in {"", "healthy"})
        count = 1 if self.new else len(self.old)
        taken, self.old = self.old[:count], self.old[count:]
        return taken


def part(model: Model, replicas: Mapping[str, int]) -> Model:
    """Return the model of some services alone, which wait for nothing."""
    services = {name: replace(model.services[name], depends_on={}, replicas=count) for name, count in replicas.items()}
    return replace(model, services=services)


class Roller:
    """Rolls and swaps services of one stack; new containers that never served are removed at the end."""

    def __init__(
        self,
        composition: Composition,
        wire: EngineClient,
        settings: RollingSettings,
        listener: Listener,
        timeout: float,
    ) -> None:
        """Take the stack, its engine, and how to roll it."""
        self._composition, self._wire, self._settings = composition, wire, settings
        self._listener, self._timeout = listener, timeout
        self._model = composition.model
        self._pool = ThreadPoolExecutor(DRAINS)
        self._leaving: list[Future[None]] = []
        self._made: Future[Mapping[str, Turn]] | None = None

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the new ones that do not serve, and wait for the old ones to finish."""
        try:
            if self._made and not self._made.exception():
                for one in [each for turn in self._made.result().values() for each in turn.new]:
                    self._remove(one)
        finally:
            self._pool.shutdown()
        if kind is None:
            for each in self._leaving:
                each.result()

    def begin(self, names: Collection[str], listed: Sequence[Container], goes: Callable[[Container], bool]) -> None:
        """Let Compose create the new containers meanwhile: they serve nothing before they are started."""
        if names and not self._made:
            self._made = self._pool.submit(self._create, names, listed, goes)

    def roll(self, names: Collection[str]) -> tuple[Outcome, ...]:
        """Start new containers and drain old ones; where a new one does not get healthy, old ones stay."""
        turns = self._turns(names)
        coming = [turn for turn in turns if turn.new]

        def settled(track: ContainerState) -> None:
            turn = next(turn for turn in turns if turn.name == track.service.name)
            turn.new = [one for one in turn.new if one.id != track.container.id]
            self._leave(turn, track.ran or time.monotonic())

        outcomes = (self._start(coming, self._settings.parallel, settled),) if coming else ()
        for turn in turns:
            if not turn.new:
                self._leave(turn, time.monotonic())
        return outcomes

    def discard(self, containers: Sequence[Container]) -> None:
        """Stop containers, each as its service wants it, and remove them."""
        list(self._pool.map(self._discard, containers))

    def swap(self, names: Collection[str]) -> tuple[Outcome, ...]:
        """Stop the old containers and start the new ones in their place; where these fail the old ones return."""
        back = turns = self._turns(names)
        try:
            list(self._pool.map(self._stop, [one for turn in turns for one in turn.old if one.running]))
            outcome = self._start([turn for turn in turns if turn.new], 0)
            back = [turn for turn in turns if turn.name in outcome.failed]
        finally:
            returned = self._return(back)
        for turn in turns:
            turn.new = []
            self._leaving += [self._pool.submit(self._remove, one) for one in turn.old if turn not in back]
        return (replace(outcome, failures=(*outcome.failures, *returned)),)

    def _return(self, turns: Sequence[Turn]) -> tuple[Failure, ...]:
        """Start the old containers again, in place of new ones that failed; return those that do not come back."""
        for one in [each for turn in turns for each in turn.new]:
            self._remove(one)
        old = [Turn(turn.name, [], [one for one in turn.old if one.running]) for turn in turns]
        again = [turn for turn in old if turn.new]
        return self._start(again, 0).failures if again else ()

    def _turns(self, names: Collection[str]) -> list[Turn]:
        made = self._made.result() if self._made else {}
        return [made[name] for name in names]

    def _create(
        self, names: Collection[str], listed: Sequence[Container], goes: Callable[[Container], bool]
    ) -> Mapping[str, Turn]:
        turns, scales = dict[str, Turn](), dict[str, int]()
        for name in names:
            mine = [one for one in listed if one.service == name]
            stays = [one for one in mine if not goes(one)]
            turns[name] = Turn(name, [one for one in mine if goes(one)], [one for one in stays if not one.running])
            if missing := max(0, self._model.services[name].replicas - len(stays)):
                scales[name] = len(mine) + missing
        if scales:
            self._compose(turns, scales, {one.id for one in listed})
        return turns

    def _compose(self, turns: Mapping[str, Turn], scales: Mapping[str, int], known: Collection[str]) -> None:
        words = [word for name, count in scales.items() for word in ("--scale", f"{name}={count}")]
        process.run(self._composition.command(*CREATE, *words, *scales))
        listed = engine_containers.stack(self._wire, self._model.project)
        for turn in turns.values():
            turn.new += [one for one in listed if one.service == turn.name and one.id not in known]
            found = sum(one.service == turn.name for one in listed)
            if found < scales.get(turn.name, 0):
                raise ToolFailedError(
                    f"Compose created {found} of {scales[turn.name]} containers of {turn.name}; the old ones serve on",
                    fix="docker compose version must be 2.20 or newer",
                )

    def _start(
        self, turns: Sequence[Turn], parallel: int, settled: Callable[[ContainerState], None] | None = None
    ) -> Outcome:
        ids = frozenset(one.id for turn in turns for one in turn.new)
        model = part(self._model, {turn.name: len(turn.new) for turn in turns})
        wanted = Part(only=ids, again=ids, parallel=parallel, settled=settled)
        return drive.start(model, self._wire, timeout=self._timeout, listener=self._listener, part=wanted)

    def _leave(self, turn: Turn, since: float) -> None:
        self._leaving += [self._pool.submit(self._drain, one, since + NOTICE) for one in turn.leave()]

    def _drain(self, one: Container, when: float) -> None:
        """Stop an old container when its callers know the new one: it is told, finishes what it has, and is removed."""
        time.sleep(max(0.0, when - time.monotonic()) if one.running else 0.0)
        self._discard(one)

    def _discard(self, one: Container) -> None:
        self._stop(one)
        self._remove(one)

    def _stop(self, one: Container) -> None:
        try:
            self._wire.stop(one.id, round(self._grace(one.service)))
        except RefusedError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise

    def _grace(self, name: str) -> float:
        if self._settings.drain is not None:
            return self._settings.drain
        written = (self._model.raw.get("services") or {}).get(name) or {}
        return compose_model.seconds(written.get("stop_grace_period"), GRACE)

    def _remove(self, one: Container) -> None:
        try:
            self._wire.remove(one.id)
        except RefusedError as error:
            if error.status not in {HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT}:  # it is gone, or going
                raise ToolFailedError(f"{one.name} is still there: {error.what}", fix="docker rm --force") from error
