"""Which containers a start has to start: what does not run, and the one-shots that those are going to wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.model import Condition

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from dockgate.model import Model
    from dockgate.observe import Container


def succeeded(container: Container) -> bool:
    """Tell whether a container ran to its end without an error."""
    return container.state == "exited" and container.exit_code == 0


def pending(
    model: Model, containers: Iterable[Container], names: Collection[str], starting: Collection[str] = ()
) -> frozenset[str]:
    """Return the ids of those services' containers that have to be started; `starting` are services started anyway.

    A one-shot that succeeded runs again when a service that waits for its success is started: that service was
    promised a fresh one. While its waiters run it is left alone, so that nothing to do stays nothing to do.
    """
    mine = [one for one in containers if one.service in names]
    todo = {one.id for one in mine if not one.running and not _rests(model, one)}
    while True:
        waits = _awaited(model, {one.service for one in mine if one.id in todo} | set(starting))
        more = {one.id for one in mine if one.service in waits and not one.running} - todo
        if not more:
            return frozenset(todo)
        todo |= more


def _awaited(model: Model, names: Iterable[str]) -> frozenset[str]:
    waits = (item for name in names for item in model.services[name].depends_on.items())
    return frozenset(name for name, wait in waits if wait.condition is Condition.COMPLETED)


def _rests(model: Model, container: Container) -> bool:
    return model.services[container.service].one_shot and succeeded(container)
