"""What `up` and `restart` change on the engine, and why: pure.

plan(model, containers, services=(), images={}, lost=()) -> Plan   roll recreate create restart start run remove
restart(model, containers, services=()) -> Plan             roll restart start run
jobs(model, containers, names) -> Plan                      recreate create run start
stranded(model, containers, plan) -> services               what Compose replaces only when it is told to
restarted(containers, plan) -> services                     what has to stop before it starts
creates(plan) -> bool                                       whether Compose has to act before anything starts
"""

from __future__ import annotations

from itertools import islice
from math import ceil
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core.plan import Effect, Plan, Step
from dockgate.stack.runtimes.compose import differences, doubles
from dockgate.stack.runtimes.compose.hand_edits import EDITED
from dockgate.stack.startup.pending import pending, succeeded

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from dockgate.compose.model import Model
    from dockgate.engine.containers import Container

NO_STARTS: MappingProxyType[str, float] = MappingProxyType({})
ENGINE = 1.0  # seconds that the engine takes to stop one container and to begin the next; measured: 0.8 to 1.4
COMPOSE = frozenset({"remove", "recreate", "create"})


class Beside(Struct, frozen=True):
    """What is known beside the lists: how long services take to start, and what was edited by hand, by container."""

    starts: Mapping[str, float] = NO_STARTS
    edited: Mapping[str, str] = MappingProxyType({})


def creates(plan: Plan) -> bool:
    """Return whether something has to be created, recreated or removed, which is Compose's part of `up`."""
    return any(step.action in COMPOSE for step in plan.steps)


def plan(
    model: Model,
    containers: Sequence[Container],
    services: Collection[str] = (),
    images: Mapping[str, str] | None = None,
    lost: Collection[str] = frozenset(),
    beside: Beside | None = None,
) -> Plan:
    """Return the steps from what there is to what the model wants, removals first, then in dependency order.

    `services` limits it to those and what they depend on; `images` maps references that may move (a tag) to the ids
    that they have now; `lost` are ids of networks that are gone, and of containers that lost theirs; `beside` is
    what else is known.
    """
    names = _ordered(model, services)
    known = [one for name in names for one in containers if one.service == name]
    beside = beside or Beside()
    remade = {**beside.edited, **differences.of(model, known, images or {}, lost)}
    found = {name: _by_use([one for one in known if one.service == name], remade) for name in names}
    rolling = {name for name in names if not doubles.hindrance(model, name, found[name])}
    rolled = {one.id for one in known if one.id in remade and one.service in rolling}
    kept = [one for name in names for one in found[name][: model.services[name].replicas]]
    replaced = {one.service for one in kept if one.id in remade}
    restarted = _restarted(model, [one for one in kept if one.id not in remade], replaced, lost)
    fresh = {one.service for one in kept if one.id in remade or one.id in restarted}
    fresh |= {name for name in names if len(found[name]) < model.services[name].replicas}
    stays = [one for one in kept if one.id not in remade and one.id not in restarted]
    todo = pending(model, stays, names, fresh)
    away = [one for one in kept if one.id in remade and one.id not in rolled]
    return Plan(
        (
            *_removed(model, containers, names, {one.id for one in kept} | rolled),
            *(Step("roll", one.name, remade[one.id]) for one in known if one.id in rolled),
            *(_recreated(model, one, remade[one.id], (found, beside.starts)) for one in away),
            *(step for name in names for step in _absent(model, name, found[name])),
            *(Step(_again(one, rolling), one.name, restarted[one.id]) for one in kept if one.id in restarted),
            *(_started(model, one) for one in stays if one.id in todo),
        )
    )


def _ordered(model: Model, services: Collection[str]) -> list[str]:
    wanted = model.closure(services)
    return [name for name in model.order() if name in wanted]


def _by_use(found: Sequence[Container], remade: Collection[str]) -> list[Container]:
    """Return a service's containers, first those that are kept: as Compose does, what is right and has a low number."""
    return sorted(found, key=lambda one: (one.id in remade, one.number))


def _again(one: Container, rolling: Collection[str]) -> str:
    return "roll" if one.service in rolling else "restart"


def _recreated(
    model: Model, one: Container, cause: str, known: tuple[Mapping[str, Sequence[Container]], Mapping[str, float]]
) -> Step:
    """Return the step that takes a container away before the next one is there; where one serves, it says so."""
    found, starts = known
    why = doubles.hindrance(model, one.service, found[one.service])
    serves = one.running and not model.services[one.service].one_shot
    return Step("recreate", one.name, f"{cause}; {_away(one.service, why, starts)}" if serves else cause)


def _away(name: str, why: str, starts: Mapping[str, float]) -> str:
    long = f" for about {ceil(starts[name] + ENGINE)} s" if name in starts else ""
    return f"away meanwhile{long}: {why}"


def _removed(
    model: Model, containers: Sequence[Container], names: Collection[str], kept: Collection[str]
) -> Iterator[Step]:
    known = model.services.keys() | model.inactive
    for one in containers:
        if one.service not in known:
            yield Step("remove", one.name, f"service {one.service} was removed", Effect.DESTROY)
        elif one.service in names and one.id not in kept:
            cause = f"{one.service} is scaled to {model.services[one.service].replicas}"
            yield Step("remove", one.name, cause, Effect.DESTROY)


def _absent(model: Model, name: str, found: Sequence[Container]) -> Iterator[Step]:
    service = model.services[name]
    taken = {one.number for one in found}
    free = (number for number in range(1, service.replicas + 1) if number not in taken)
    cause = f"{name} is scaled to {service.replicas}" if found else "does not exist"
    for number in islice(free, max(0, service.replicas - len(found))):
        yield Step("create", service.container_name or f"{model.project}-{name}-{number}", cause)


def restart(
    model: Model,
    containers: Sequence[Container],
    services: Sequence[str] = (),
    starts: Mapping[str, float] = NO_STARTS,
) -> Plan:
    """Return the steps that restart these services, and those that restart with them; else all but the one-shots."""
    every = tuple(name for name, each in model.services.items() if not each.one_shot)
    names = frozenset(model.restarts(services) or every)
    known = [one for name in model.order() for one in containers if one.service == name]
    again = [one for one in known if one.running and one.service in names]
    stays = [one for one in known if one not in again]
    todo = pending(model, stays, model.services, {one.service for one in again})
    asked = set(services) or names
    found = {name: [one for one in known if one.service == name] for name in names}
    why = {name: doubles.hindrance(model, name, found[name]) for name in names}

    def step(one: Container) -> Step:
        cause = _asked(one.service in asked)
        if not why[one.service]:
            return Step("roll", one.name, cause)
        return Step("restart", one.name, f"{cause}; {_away(one.service, why[one.service], starts)}")

    return Plan(
        (
            *map(step, again),
            *(_started(model, one) for one in stays if one.id in todo),
        )
    )


def jobs(model: Model, containers: Sequence[Container], names: Sequence[str]) -> Plan:
    """Return the steps that run these one-shots again, created anew where they differ, after what they need runs."""
    owner = {one.name: one.service for one in containers}
    needed = [
        step
        for step in plan(model, containers, names).steps
        if owner.get(step.target) in names or step.action in {"create", "start"}
    ]
    known = {step.target for step in needed}
    again = [one for one in containers if one.service in names and one.name not in known]
    return Plan((*needed, *(Step("run", one.name, "asked for") for one in again)))


def _asked(directly: bool) -> str:  # noqa: FBT001 - the one thing that it is about
    return "asked for" if directly else "what it depends on restarts"


def restarted(containers: Sequence[Container], plan: Plan) -> tuple[str, ...]:
    """Return the services of which the plan restarts a container."""
    names = {step.target for step in plan.steps if step.action == "restart"}
    return tuple(dict.fromkeys(one.service for one in containers if one.name in names))


def stranded(model: Model, containers: Sequence[Container], plan: Plan) -> tuple[str, ...]:
    """Return which services are recreated although Compose sees no change: a network is gone, a hand was at work."""
    steps = {step.target: step.cause for step in plan.steps if step.action == "recreate"}
    edited = {name for name, cause in steps.items() if cause.startswith(EDITED)}
    left = (one for one in containers if one.name in steps and (not one.running or one.name in edited))
    return tuple(sorted({one.service for one in left if one.config_hash == model.services[one.service].config_hash}))


def _restarted(
    model: Model, kept: Sequence[Container], replaced: Collection[str], lost: Collection[str]
) -> Mapping[str, str]:
    """Return the running containers that restart because a dependency is replaced or took their network, and why."""
    found = {one.id: "what it shares its network with was restarted" for one in kept if one.id in lost and one.running}
    for one in kept:
        waits = model.services[one.service].depends_on.items()
        causes = [name for name, wait in waits if wait.restart and name in replaced]
        if causes and one.running:
            found[one.id] = f"{causes[0]} is recreated"
    return found


def _started(model: Model, one: Container) -> Step:
    if model.services[one.service].one_shot:
        return Step("run", one.name, "a dependent service is started" if succeeded(one) else _state(one))
    return Step("start", one.name, _state(one))


def _state(one: Container) -> str:
    return f"it is {one.state}" if one.exit_code is None else f"it {one.state} {one.exit_code}"
