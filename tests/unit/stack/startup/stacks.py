"""Small models, containers and an engine that stands in for the real one."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from dockgate.compose.lifecycle import Condition
from dockgate.compose.model import Dependency, Model, Probe, Service
from dockgate.engine.api import RefusedError
from dockgate.engine.containers import CONFIG_HASH, NUMBER, PROJECT, SERVICE, Container

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dockgate.engine.api import Stream

STARTED, HEALTHY, COMPLETED = Condition.STARTED, Condition.HEALTHY, Condition.COMPLETED
PROBE = Probe(interval=5.0, timeout=2.0)


def model(*services: Service, inactive: frozenset[str] = frozenset()) -> Model:
    """Return a model of these services; what another service waits for to complete is a one-shot."""
    awaited = {
        name
        for service in services
        for name, wait in service.depends_on.items()
        if wait.condition is Condition.COMPLETED
    }
    found = {one.name: marked(one) if one.name in awaited else one for one in services}
    return Model("p", found, inactive=inactive)


def marked(one: Service) -> Service:
    """Return the service as a one-shot."""
    return replace(one, one_shot=True, healthcheck=None)


def service(name: str, /, probe: Probe | None = PROBE, **after: Any) -> Service:
    """Return a service that waits for others: `service("api", db=HEALTHY, opt=Dependency(…))`."""
    waits = {key: wait if isinstance(wait, Dependency) else Dependency(wait) for key, wait in after.items()}
    return Service(name, f"{name}:1", waits, probe, config_hash="hash")


def container(service: str, state: str = "created", health: str = "", number: int = 1, **fields: Any) -> Container:
    """Return a container of a service, with an id that tells which."""
    known: dict[str, Any] = {"image": f"{service}:1", "config_hash": "hash"} | fields
    return Container(f"{service}-{number}", f"p-{service}-{number}", service, number, state, health, **known)


class FakeStream:
    """Events that a test, or the fake engine, says."""

    def __init__(self) -> None:
        """Start with no event."""
        self.entries: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Go through the events until the stream is closed."""
        while (entry := self.entries.get()) is not None:
            yield entry

    def close(self) -> None:
        """End the stream."""
        self.entries.put(None)


class FakeEngine:
    """An `EngineClient`: `react[service]` says what a container does when it is started, as (action, exit code) pairs.

    Beside the engine's own, `miss` is a container that becomes healthy without an event, `lose` ends the stream, too.
    """

    def __init__(
        self, *containers: Container, react: Mapping[str, Sequence[tuple[str, int]]] | None = None, project: str = "p"
    ) -> None:
        """Hold these containers of one project."""
        self.project = project
        self.listed: dict[str, dict[str, Any]] = {
            one.id: {"one": one, "state": one.state, "health": one.health} for one in containers
        }
        self.react = react or {}
        self.streams: list[FakeStream] = []
        self.since: list[str] = []
        self.started: list[str] = []
        self.stopped: list[str] = []
        self.removed: list[str] = []
        self.refuse: dict[str, Exception] = {}
        self.gone: set[str] = set()
        self.lacking = set[str]()
        self.volumes: dict[str, str] = {}
        self.on_start: Callable[[str], None] = lambda _container: None
        self.clock = 1_000_000_000
        self.looks = 0
        self.on_look: Callable[[int], None] = lambda _looks: None

    def containers(self, filters: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
        """Return the list as the engine's API gives it."""
        assert filters == {"label": [f"{PROJECT}={self.project}"]}
        self.looks += 1
        self.on_look(self.looks)
        return [self._entry(entry) for entry in [*self.listed.values()]]  # threads remove some meanwhile

    def inspect(self, container: str) -> dict[str, Any]:
        """Return one container as the engine's API gives it."""
        if (entry := self.listed.get(container)) is None:
            raise RefusedError(f"no such container: {container}", 404)
        log = [{"ExitCode": 1, "Output": "connection refused\n"}]
        state = {"Status": entry["state"], "ExitCode": entry.get("code", 0), "OOMKilled": entry.get("oom", False)}
        state |= {"StartedAt": entry.get("began", "2026-01-02T03:04:05Z"), "FinishedAt": "0001-01-01T00:00:00Z"}
        own = {"Config": {"Healthcheck": entry.get("check")}, "RestartCount": entry.get("restarts", 0)}
        own["Mounts"] = [{"Type": "volume", "Name": name} for name in entry.get("volumes", ())]
        return {"State": state | {"Health": {"Log": log}}, **own}

    def image(self, ref: str) -> dict[str, Any]:
        """Return an image, unless it is one that the engine lacks."""
        if ref in self.lacking:
            raise RefusedError(ref, 404)
        return {"Id": f"sha256:{ref}", "Metadata": {"LastTagTime": "2026-01-02T03:04:05Z"}}

    def network(self, ref: str) -> dict[str, Any]:
        """Return a network, unless it is one that was removed."""
        if ref in self.gone:
            raise RefusedError(ref, 404)
        return {"Id": ref}

    def volume(self, ref: str) -> dict[str, Any]:
        """Return a volume that was created."""
        if ref not in self.volumes:
            raise RefusedError(ref, 404)
        return {"Name": ref, "CreatedAt": self.volumes[ref]}

    def start(self, container: str) -> None:
        """Start a container, and let it do what `react` says."""
        self.started.append(container)
        self.on_start(container)
        if error := self.refuse.get(container):
            raise error
        self.say(container, "start")
        name = self.listed[container]["one"].service
        for action, code in self.react.get(name, [("health_status: healthy", 0)]):
            self.say(container, action, code)

    def stop(self, container: str, seconds: int) -> None:
        """Stop a container."""
        assert seconds >= 0
        self.stopped.append(container)
        self.listed[container] |= {"state": "exited", "code": 137}

    def remove(self, container: str) -> None:
        """Remove a container."""
        self.removed.append(container)
        del self.listed[container]

    def logs(self, container: str, tail: int) -> str:
        """Return more lines than asked for."""
        return "".join(f"{container} line {number}\n" for number in range(tail + 5))

    def events(self, filters: Mapping[str, Sequence[str]], since: str = "") -> Stream:
        """Open a new stream."""
        assert filters == {
            "type": ["container"],
            "label": [f"{PROJECT}={self.project}"],
            "event": ["start", "die", "destroy", "health_status", "oom"],
        }
        self.since.append(since)
        self.streams.append(FakeStream())
        return self.streams[-1]

    def say(self, container: str, action: str, code: int = 0) -> None:
        """Change a container's state and tell it to the last stream."""
        entry = self.listed[container]
        if action == "start":
            entry |= {"state": "running", "health": ""}
        elif action == "die":
            entry |= {"state": "exited", "health": "", "code": code}
        elif action.startswith("health_status"):
            entry["health"] = action.removeprefix("health_status: ")
        elif action == "destroy":
            del self.listed[container]
        elif action in {"miss", "lose"}:
            entry["health"] = "healthy"
            if action == "lose":
                self.streams[-1].close()
            return
        self.clock += 1
        attributes = {"exitCode": str(code)} if action == "die" else {}
        self.streams[-1].entries.put(
            {"Action": action, "timeNano": self.clock, "Actor": {"ID": container, "Attributes": attributes}}
        )

    @staticmethod
    def _entry(entry: Mapping[str, Any]) -> dict[str, Any]:
        one: Container = entry["one"]
        status = {"exited": f"Exited ({entry.get('code', one.exit_code or 0)}) now", "restarting": "Restarting (1) now"}
        text = status.get(entry["state"], f"Up 1 second ({entry['health']})" if entry["health"] else "Up")
        own = {SERVICE: one.service, NUMBER: str(one.number), CONFIG_HASH: one.config_hash}
        labels = {PROJECT: "p", **one.labels, **own}
        return {
            "Id": one.id,
            "Names": [f"/{one.name}"],
            "State": entry["state"],
            "Status": text,
            "Image": one.image,
            "ImageID": "sha256:1",
            "Labels": labels,
            "Ports": [
                {"PrivatePort": port.private, "PublicPort": port.public, "IP": port.ip, "Type": port.protocol}
                for port in one.ports
            ],
            "NetworkSettings": {"Networks": {name: {"NetworkID": each} for name, each in one.networks.items()}},
        }
