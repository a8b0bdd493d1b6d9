"""In which order a stack that serves is changed: pure.

stages(model, touched) -> tuple[Stage, ...]
owners(model, containers, plan) -> {service: actions}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.compose.lifecycle import Condition

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from dockgate.compose.model import Model
    from dockgate.core.plan import Plan
    from dockgate.engine.containers import Container


class Stage(Struct, frozen=True):
    """Services that are changed together; `first` where they are one-shots before anything that serves is touched."""

    services: tuple[str, ...]
    first: bool = False


def stages(model: Model, touched: Collection[str]) -> tuple[Stage, ...]:
    """Return the services in stages: each after those that it depends on, and one-shots that are waited for first."""
    left = [name for name in model.order() if name in touched]
    needs = {name: model.closure([name]) - {name} for name in left}
    awaited = {
        other
        for name in left
        for other, wait in model.services[name].depends_on.items()
        if wait.condition is Condition.COMPLETED
    }
    found: list[Stage] = []
    while left:
        ready = [name for name in left if not needs[name] & set(left)]
        jobs = tuple(name for name in ready if name in awaited)
        found.append(Stage(jobs or tuple(ready), first=bool(jobs) and all(each.first for each in found)))
        left = [name for name in left if name not in found[-1].services]
    return tuple(found)


def owners(model: Model, containers: Sequence[Container], plan: Plan) -> Mapping[str, frozenset[str]]:
    """Return the services that the plan changes or starts, each with its actions; what is removed is not of them."""
    names = {one.name: one.service for one in containers} | {
        service.container_name or f"{model.project}-{name}-{number}": name
        for name, service in model.services.items()
        for number in range(1, service.replicas + 1)
    }
    found: dict[str, set[str]] = {}
    for step in plan.steps:
        if step.action != "remove":
            found.setdefault(names[step.target], set()).add(step.action)
    return {name: frozenset(actions) for name, actions in found.items()}


def serving(containers: Sequence[Container], plan: Plan) -> bool:
    """Return whether the plan takes something away that runs.

    What rolls is of a service that runs, though the container itself may be between two attempts to start.
    """
    taken = {step.target for step in plan.steps if step.action in {"recreate", "restart"}}
    rolls = any(step.action == "roll" for step in plan.steps)
    return rolls or any(one.running and one.name in taken for one in containers)
