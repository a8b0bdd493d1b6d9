"""Which containers a start has to start: what does not run, and the one-shots that those are going to wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.compose.lifecycle import Condition

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from dockgate.compose.model import Model
    from dockgate.engine.containers import Container
    from dockgate.stack.startup.track import ContainerState


class Part(Struct, frozen=True):
    """What a start is about: these services and all that they depend on (empty: all), of them only those containers.

    Containers in `again` are started in any case: one-shots that have run. Of each service, `parallel` containers come
    up at a time (0: all); `settled` is told of each one that has become as it should be.
    """

    services: tuple[str, ...] = ()
    only: frozenset[str] | None = None
    again: frozenset[str] = frozenset()
    parallel: int = 0
    settled: Callable[[ContainerState], None] | None = None


WHOLE = Part()


def succeeded(container: Container) -> bool:
    """Return whether a container ran to its end without an error."""
    return container.state == "exited" and container.exit_code == 0


def pending(
    model: Model, containers: Iterable[Container], names: Collection[str], starting: Collection[str] = ()
) -> frozenset[str]:
    """Return the ids of those services' containers that have to be started; `starting` are services started anyway.

    A one-shot that succeeded runs again when a service that waits for its success is started: that service was
    promised a fresh one. One that no service waits for runs again when something that it depends on is started. Else it
    is left alone, so that nothing to do stays nothing to do.
    """
    mine = [one for one in containers if one.service in names]
    todo = {one.id for one in mine if not one.running and not _rests(model, one)}
    while True:
        again = _again(model, {one.service for one in mine if one.id in todo} | set(starting))
        more = {one.id for one in mine if one.service in again and not one.running} - todo
        if not more:
            return frozenset(todo)
        todo |= more


def _again(model: Model, starting: Collection[str]) -> frozenset[str]:
    waits = [(name, other, wait) for name, one in model.services.items() for other, wait in one.depends_on.items()]
    awaited = {other for _, other, wait in waits if wait.condition is Condition.COMPLETED}
    run = {other for name, other, wait in waits if name in starting and wait.condition is Condition.COMPLETED}
    jobs = {name for name, one in model.services.items() if one.one_shot} - awaited
    return frozenset(run | {name for name, other, _ in waits if name in jobs and other in starting})


def _rests(model: Model, container: Container) -> bool:
    return model.services[container.service].one_shot and succeeded(container)
