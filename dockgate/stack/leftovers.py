"""What dead instances left on the engine, by label: pure selection, then a plan, then the removal.

find(engine, name, protected) -> tuple[Leftover, ...]
plan(leftovers, volumes=False) -> Plan
remove(engine, leftovers, volumes=False) -> None
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from dockgate.core import labels
from dockgate.core.plan import Effect, Plan, Step
from dockgate.engine.containers import PROJECT, container

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from dockgate.engine.sdk_client import Engine

UP = frozenset({"running", "restarting", "paused"})


class Found(Struct, frozen=True):
    """An object of a stack on the engine: `kind` is container, network or volume; `up` is a container that runs."""

    kind: str
    id: str
    name: str
    labels: Mapping[str, str]
    up: bool = False


class Leftover(Struct, frozen=True):
    """A dead stack: why it is dead, which checkout made it, and the objects that it left."""

    project: str
    environment: str
    checkout: str
    reason: str
    objects: tuple[Found, ...]


def find(engine: Engine, name: str, protected: Collection[str]) -> tuple[Leftover, ...]:
    """Return what dead stacks of the project `name` left; protected environments are never among them."""
    label = [f"{labels.PROJECT}={name}"]
    listed = map(container, engine.containers({"label": label}))
    found = [Found("container", one.id, one.name, one.labels, one.state in UP) for one in listed]
    found += _named("network", engine.networks(label))
    found += _named("volume", engine.volumes(label))
    local = engine.endpoint.local
    return select(found, protected, lambda folder: not local or _exists(Path(folder)))


def _exists(folder: Path) -> bool:
    try:
        return folder.is_dir()
    except PermissionError:  # another user's, which we cannot see: not gone
        return True


def select(found: Sequence[Found], protected: Collection[str], exists: Callable[[str], bool]) -> tuple[Leftover, ...]:
    """Return the dead stacks: nothing of them runs, and they are instances, or their checkout is gone."""
    stacks: dict[str, list[Found]] = {}
    for one in found:
        stacks.setdefault(one.labels.get(PROJECT, ""), []).append(one)
    dead = ((project, objects, _reason(objects, exists)) for project, objects in sorted(stacks.items()) if project)
    return tuple(
        Leftover(
            project,
            environment,
            _checkout(objects),
            reason,
            tuple(sorted(objects, key=lambda one: (one.kind, one.name))),
        )
        for project, objects, reason in dead
        if reason and (environment := objects[0].labels.get(labels.ENVIRONMENT, "")) not in protected
    )


def plan(leftovers: Sequence[Leftover], *, volumes: bool = False) -> Plan:
    """Return the removals: containers, then networks, and volumes with their data only when asked."""
    steps = [
        Step("remove", f"{one.kind} {one.name}", why, Effect.DESTROY) for one, why in _order(leftovers, volumes=volumes)
    ]
    return Plan(tuple(steps))


def remove(engine: Engine, leftovers: Sequence[Leftover], *, volumes: bool = False) -> None:
    """Remove what `plan` lists."""
    work: Mapping[str, Callable[[str], None]] = {
        "container": engine.remove,
        "network": engine.remove_network,
        "volume": engine.remove_volume,
    }
    for one, _ in _order(leftovers, volumes=volumes):
        work[one.kind](one.id)


def _order(leftovers: Sequence[Leftover], *, volumes: bool) -> Iterator[tuple[Found, str]]:
    for leftover in leftovers:
        for one in leftover.objects:  # sorted by kind: container, network, volume
            if volumes or one.kind != "volume":
                yield one, leftover.reason


def _named(kind: str, entries: Sequence[Mapping[str, Any]]) -> list[Found]:
    return [Found(kind, one.get("Id") or one["Name"], one["Name"], one.get("Labels") or {}) for one in entries]


def _checkout(objects: Sequence[Found]) -> str:
    return objects[0].labels.get(labels.CHECKOUT, "")


def _reason(objects: Sequence[Found], exists: Callable[[str], bool]) -> str:
    if any(one.up for one in objects):
        return ""
    if (folder := _checkout(objects)) and not exists(folder):
        return f"its checkout {folder} does not exist"
    instance = objects[0].labels.get(labels.INSTANCE)
    return f"instance {instance} has no running container" if instance else ""
