"""Rolls services: new containers beside the old ones, healthy, then the old ones are told to finish and removed.

Compose alone takes all containers of a service away before it starts new ones.
"""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from http import HTTPStatus
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from dockgate.compose import model as compose_model
from dockgate.core.errors import ToolFailedError
from dockgate.engine import containers as engine_containers
from dockgate.engine.api import RefusedError
from dockgate.stack.startup import drive
from dockgate.system import process

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from dockgate.compose.model import Model
    from dockgate.compose.resolve import Composition
    from dockgate.engine.api import EngineClient
    from dockgate.engine.containers import Container
    from dockgate.stack.rolling_settings import RollingSettings
    from dockgate.stack.startup.board import Listener
    from dockgate.stack.startup.outcome import Outcome

CREATE = ("up", "--no-start", "--no-build", "--pull", "never", "--quiet-pull", "--no-deps", "--no-recreate")
# Callers may remember the old addresses for a while: the gateway asks again after a second (its `resolver … valid`).
NOTICE = 1.5
GRACE = 10.0  # seconds: the engine's own, where a service has no stop_grace_period
DRAINS = 16  # old containers that finish at the same time


class Turn(Struct):
    """One service that is rolled: its containers that go, and the new ones that are still to come."""

    name: str
    old: list[Container]
    new: list[Container]
    failed: bool = False

    def take(self, count: int) -> list[Container]:
        """Return the next new ones."""
        taken, self.new = self.new[:count], self.new[count:]
        return taken

    def leave(self, count: int) -> list[Container]:
        """Return the next old ones to go, those that do not serve first; all of them after the last new one."""
        self.old.sort(key=lambda one: one.running and one.health in {"", "healthy"})
        count = count if self.new else len(self.old)
        taken, self.old = self.old[:count], self.old[count:]
        return taken


def part(model: Model, replicas: Mapping[str, int]) -> Model:
    """Return the model of some services alone, which wait for nothing."""
    services = {name: replace(model.services[name], depends_on={}, replicas=count) for name, count in replicas.items()}
    return replace(model, services=services)


class Roller:
    """Rolls services of one stack."""

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

    def roll(self, names: Sequence[str], goes: Callable[[Container], bool]) -> list[Outcome]:
        """Replace those containers of the services that go; where a new one does not get healthy the old ones stay."""
        turns = self._turns(names, goes)
        outcomes: list[Outcome] = []
        coming = [one for turn in turns for one in turn.new]
        with ThreadPoolExecutor(DRAINS) as pool:
            leaving: list[Future[None]] = []
            try:
                while any(turn.new for turn in turns):
                    batches = {turn.name: turn.take(self._settings.parallel) for turn in turns if turn.new}
                    outcomes.append(self._start(batches))
                    good = [one for name, batch in batches.items() if name not in outcomes[-1].failed for one in batch]
                    coming = [one for one in coming if one not in good]
                    for turn in turns:
                        turn.failed |= turn.name in outcomes[-1].failed
                        turn.new = [] if turn.failed else turn.new
                        if turn.name in batches and not turn.failed:
                            gone = turn.leave(len(batches[turn.name]))
                            leaving += [pool.submit(self._drain, one) for one in gone]
                rest = [one for turn in turns if not turn.failed for one in turn.leave(0)]
                leaving += [pool.submit(self._drain, one) for one in rest]
            finally:
                for one in coming:
                    self._remove(one)
        for each in leaving:
            each.result()
        return outcomes

    def _turns(self, names: Sequence[str], goes: Callable[[Container], bool]) -> list[Turn]:
        """Let Compose create the new containers, which serve nothing before they are started."""
        listed = self._listed()
        turns, scales = [], dict[str, int]()
        for name in names:
            mine = [one for one in listed if one.service == name]
            stays = [one for one in mine if not goes(one)]
            turns.append(Turn(name, [one for one in mine if goes(one)], [one for one in stays if not one.running]))
            if missing := max(0, self._model.services[name].replicas - len(stays)):
                scales[name] = len(mine) + missing
        if scales:
            self._create(turns, scales, {one.id for one in listed})
        return turns

    def _create(self, turns: Sequence[Turn], scales: Mapping[str, int], known: Collection[str]) -> None:
        words = [word for name, count in scales.items() for word in ("--scale", f"{name}={count}")]
        process.run(self._composition.command(*CREATE, *words, *scales))
        listed = self._listed()
        for turn in turns:
            turn.new += [one for one in listed if one.service == turn.name and one.id not in known]
            found = sum(one.service == turn.name for one in listed)
            if found < scales.get(turn.name, 0):
                raise ToolFailedError(
                    f"Compose created {found} of {scales[turn.name]} containers of {turn.name}; the old ones serve on",
                    fix="docker compose version must be 2.20 or newer",
                )

    def _listed(self) -> tuple[Container, ...]:
        return engine_containers.stack(self._wire, self._model.project)

    def _start(self, batches: Mapping[str, Sequence[Container]]) -> Outcome:
        ids = frozenset(one.id for batch in batches.values() for one in batch)
        model = part(self._model, {name: len(batch) for name, batch in batches.items()})
        return drive.start(
            model, self._wire, timeout=self._timeout, listener=self._listener, part=drive.Part(only=ids, again=ids)
        )

    def _drain(self, one: Container) -> None:
        """Stop an old container when its callers know the new one: it is told, finishes what it has, and is removed."""
        time.sleep(NOTICE if one.running else 0.0)
        try:
            self._wire.stop(one.id, round(self._grace(one.service)))
        except RefusedError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
        self._remove(one)

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
