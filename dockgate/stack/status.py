"""What a stack is like now, and how that differs from what was asked for: pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import asdict, replace

from dockgate.compose.model import Service
from dockgate.core.counted import counted
from dockgate.core.plan import Plan
from dockgate.engine.containers import Life
from dockgate.stack.startup.pending import succeeded
from dockgate.stack.startup.track import HEALTH

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from dockgate.compose.model import Model
    from dockgate.core.plan import Step
    from dockgate.engine.containers import Container

NOTHING = Plan()
# A service is as its worst container is.
CUT = "cut off"  # it lost its network when the container that it shares one with restarted
STATES = ("dead", "restarting", CUT, "exited", "removing", "paused", "created", "running", "completed")


class ServiceStatus(Struct, frozen=True):
    """One service: `state` (`absent`, `completed`, or the engine's), `health` (empty without a probe), replicas up.

    `restarts` counts those of the containers that there are; one that is restarted again and again is `restarting`.
    """

    name: str
    state: str
    health: str
    replicas: int
    wanted: int
    image: str
    digest: str
    ports: tuple[str, ...]
    since: str
    restarts: int = 0

    @property
    def said(self) -> str:
        """Return what is wrong with it, in a word or two."""
        often = f" ({counted(self.restarts, 'restart')})" if self.restarts else ""
        state = self.health if self.state == "running" and self.health not in {"", "healthy"} else self.state
        short = f" {self.replicas} of {self.wanted}" if state == "running" else ""
        return f"{self.name} {state}{short}{often}"

    @property
    def good(self) -> bool:
        """Return whether it is as it should be."""
        if self.state == "completed" or not self.wanted:
            return True
        return self.state == "running" and self.health in {"", "healthy"} and self.replicas >= self.wanted


class StackStatus(Struct, frozen=True):
    """A stack; `healthy` when it is there and every service is as it should be; `drift` is what `up` would change."""

    environment: str
    project: str
    services: tuple[ServiceStatus, ...]
    drift: tuple[Step, ...] = ()

    @property
    def healthy(self) -> bool:
        """Return whether everything that should be up is up, and well."""
        return bool(self.services) and all(service.good for service in self.services)

    def as_json(self) -> Mapping[str, object]:
        """Return what `status --json` prints."""
        rows = [{**asdict(service), "ports": list(service.ports)} for service in self.services]
        known = {"environment": self.environment, "project": self.project, "healthy": self.healthy}
        return {**known, "services": rows, "drift": [step.as_json() for step in self.drift]}


def status(
    environment: str,
    model: Model,
    containers: Sequence[Container],
    lives: Mapping[str, Life] | None = None,
    drift: Plan = NOTHING,
    cut: Collection[str] = frozenset(),
) -> StackStatus:
    """Return the stack's status: a row for each service of the model, then those that only the engine still has.

    `cut` are the ids of containers that lost the network which they share.
    """
    others = sorted({one.service for one in containers} - model.services.keys())
    known = [model.services[name] for name in model.order()]
    strays = [Service(name, "", replicas=0) for name in others]
    rows = tuple(_row(service, containers, lives or {}, cut) for service in (*known, *strays))
    return StackStatus(environment, model.project, rows, drift.steps if containers else ())


def on_each_node(model: Model, counts: Mapping[str, int]) -> Model:
    """Return the model with as many replicas of these services as there are nodes for them."""
    given = {
        name: replace(model.services[name], replicas=count) for name, count in counts.items() if name in model.services
    }
    return replace(model, services={**model.services, **given})


def _row(
    service: Service, containers: Sequence[Container], lives: Mapping[str, Life], cut: Collection[str]
) -> ServiceStatus:
    found = [one for one in containers if one.service == service.name]
    known = {one.id: lives.get(one.id, Life()) for one in found}
    states = [CUT if one.running and one.id in cut else _state(service, one, known[one.id]) for one in found]
    ports = dict.fromkeys(str(port) for one in found for port in one.ports if port.public)
    return ServiceStatus(
        name=service.name,
        state=min(states, key=STATES.index, default="absent"),
        health=min((one.health for one in found), key=HEALTH.index, default=""),
        replicas=sum(one.running for one in found),
        wanted=service.replicas,
        image=", ".join(dict.fromkeys(one.image for one in found)) or service.image,
        digest=", ".join(dict.fromkeys(one.image_id for one in found)),
        ports=tuple(ports),
        since=max((each.since for each in known.values()), default=""),
        restarts=sum(each.restarts for each in known.values()),
    )


def _state(service: Service, one: Container, life: Life) -> str:
    if service.one_shot and succeeded(one):
        return "completed"
    return "restarting" if one.running and life.looping else one.state
