"""What there is of a stack on a swarm, from the documents of its manager: pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from dockgate.core import labels
from dockgate.engine.containers import Container, Life, Port
from dockgate.stack.runtimes.protocol import Observed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# A task's state as a container's; a task is `running` only when its health check says so.
STATES = {
    "running": "running",
    "starting": "running",
    "complete": "exited",
    "failed": "exited",
    "shutdown": "exited",
    "rejected": "dead",
    "orphaned": "dead",
    "remove": "removing",
}
GONE = frozenset({"shutdown", "remove"})  # desired states of tasks that another one replaced


class Node(Struct, frozen=True):
    """A node of the swarm."""

    id: str
    name: str
    address: str
    ready: bool
    active: bool
    manager: bool = False


class Running(Struct, frozen=True):
    """A service on the swarm: the manager's document, and Compose's key of it."""

    key: str
    document: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Return its name."""
        return str(self.spec["Name"])

    @property
    def spec(self) -> Mapping[str, Any]:
        """Return its specification."""
        spec: Mapping[str, Any] = self.document["Spec"]
        return spec

    @property
    def digest(self) -> str:
        """Return what its label says of the specification that it was given."""
        return str((self.spec.get("Labels") or {}).get(labels.DEFINITION, ""))

    @property
    def image(self) -> str:
        """Return the image that it runs, or is changing to."""
        return str(self.spec["TaskTemplate"]["ContainerSpec"]["Image"])

    @property
    def job(self) -> bool:
        """Return whether it is meant to end."""
        return bool({"ReplicatedJob", "GlobalJob"} & self.spec["Mode"].keys())

    @property
    def update(self) -> tuple[str, str]:
        """Return the state of its last change, and what the swarm says of it."""
        status = self.document.get("UpdateStatus") or {}
        return str(status.get("State", "")), str(status.get("Message", ""))

    @property
    def counts(self) -> tuple[int, int]:
        """Return how many tasks run, and how many should."""
        status = self.document.get("ServiceStatus") or {}
        return int(status.get("RunningTasks", 0)), int(status.get("DesiredTasks", 0))


class Seen(Observed, frozen=True):
    """What runs of a stack on a swarm; `tasks` are those that are wanted or ended by themselves, newest first."""

    services: tuple[Running, ...] = ()
    tasks: tuple[Mapping[str, Any], ...] = ()
    nodes: Mapping[str, Node] = field(default_factory=dict)
    networks: frozenset[str] = frozenset()
    contents: frozenset[tuple[str, str]] = frozenset()

    def service(self, name: str) -> Running | None:
        """Return a service by its name on the swarm."""
        return next((each for each in self.services if each.name == name), None)

    def of(self, found: Running) -> tuple[Mapping[str, Any], ...]:
        """Return the tasks of a service, newest first."""
        return tuple(each for each in self.tasks if each["ServiceID"] == found.document["ID"])


def services(documents: Iterable[Mapping[str, Any]]) -> tuple[Running, ...]:
    """Return the services, by name."""
    found = (Running(_key(each["Spec"]), each) for each in documents)
    return tuple(sorted(found, key=lambda each: each.name))


def nodes(documents: Iterable[Mapping[str, Any]], host: str) -> dict[str, Node]:
    """Return the nodes by id; one that knows no address of its own is reached at `host`."""
    return {each["ID"]: _node(each, host) for each in documents}


def tasks(documents: Iterable[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """Return the tasks, newest first."""
    return tuple(sorted(documents, key=lambda each: str(each["CreatedAt"]), reverse=True))


def containers(
    running: Iterable[Running], found: Iterable[Mapping[str, Any]], known: Mapping[str, Node]
) -> tuple[Container, ...]:
    """Return the tasks that are wanted as containers, and of a job the last ones that ended."""
    by_id = {each.document["ID"]: each for each in running}
    newest: dict[tuple[str, object], Container] = {}
    for task in found:
        service = by_id.get(task["ServiceID"])
        if service is None or (task["DesiredState"] in GONE and not service.job):
            continue
        place = (service.key, task.get("Slot") or task.get("NodeID"))
        newest.setdefault(place, _container(service, task, known))
    return tuple(sorted(newest.values(), key=lambda each: (each.service, each.number)))


def lives(found: Iterable[Mapping[str, Any]], now: datetime | None = None) -> dict[str, Life]:
    """Return since when each task is in its state, and how many of its specification failed in its place."""
    every = tuple(found)
    failed: dict[tuple[object, object], list[Mapping[str, Any]]] = {}
    for each in every:
        if each["Status"]["State"] == "failed":
            failed.setdefault(_place(each), []).append(each)
    return {each["ID"]: _life(each, failed.get(_place(each), ()), now or datetime.now(UTC)) for each in every}


def _life(task: Mapping[str, Any], failed: Iterable[Mapping[str, Any]], now: datetime) -> Life:
    since = str(task["Status"].get("Timestamp", ""))
    lost = sum(each["Spec"] == task["Spec"] for each in failed if each is not task)
    age = (now - datetime.fromisoformat(f"{since[:19]}+00:00")).total_seconds() if since else 0.0
    return Life(since, age, lost)


def _place(task: Mapping[str, Any]) -> tuple[object, object]:
    return task["ServiceID"], task.get("Slot") or task.get("NodeID")


def _key(spec: Mapping[str, Any]) -> str:
    return str((spec.get("Labels") or {}).get(labels.SERVICE) or spec["Name"])


def _node(entry: Mapping[str, Any], host: str) -> Node:
    address = str((entry.get("Status") or {}).get("Addr", ""))
    return Node(
        id=entry["ID"],
        name=str((entry.get("Description") or {}).get("Hostname", entry["ID"])),
        address=host if host and address in {"", "0.0.0.0", "127.0.0.1"} else address,  # noqa: S104 - compared
        ready=(entry.get("Status") or {}).get("State") == "ready",
        active=(entry.get("Spec") or {}).get("Availability") == "active",
        manager=bool(entry.get("ManagerStatus")),
    )


def _container(service: Running, task: Mapping[str, Any], known: Mapping[str, Node]) -> Container:
    status = task["Status"]
    ran = status.get("ContainerStatus") or {}
    node = known.get(task.get("NodeID") or "")
    spec = task["Spec"]["ContainerSpec"]
    reference, _, digest = str(spec["Image"]).partition("@")
    state = STATES.get(str(status["State"]), "created")
    checked = (spec.get("Healthcheck") or {}).get("Test") not in (None, ["NONE"])
    up = "healthy" if status["State"] == "running" else "starting"
    number = int(task.get("Slot") or 1)
    return Container(
        id=task["ID"],
        name=f"{service.name}.{number}" + (f" on {node.name}" if node else ""),
        service=service.key,
        number=number,
        state=state,
        health=up if checked and state == "running" else "",
        exit_code=_exit(state, ran),
        image=reference,
        image_id=digest,
        labels=spec.get("Labels") or {},
        ports=_ports(service, status, node),
    )


def _exit(state: str, ran: Mapping[str, Any]) -> int | None:
    """Return the exit code; the engine leaves a zero out."""
    return int(ran.get("ExitCode", 0)) if state == "exited" else None


def _ports(service: Running, status: Mapping[str, Any], node: Node | None) -> tuple[Port, ...]:
    """Return the ports of the task's node, and those that the whole swarm publishes."""
    at = node.address if node else ""
    own = (status.get("PortStatus") or {}).get("Ports") or ()
    shared = (service.document.get("Endpoint") or {}).get("Ports") or ()
    every = (*own, *(each for each in shared if each.get("PublishMode") == "ingress"))
    return tuple(
        Port(each["TargetPort"], each.get("PublishedPort", 0), at, each.get("Protocol", "tcp")) for each in every
    )
