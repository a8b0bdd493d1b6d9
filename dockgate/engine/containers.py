"""What the engine has: a stack's containers and an image, in one request each.

connect(endpoint) -> EngineClient
containers(endpoint, project) -> tuple[Container, ...]
image(endpoint, ref) -> Image | None
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from dockgate.core.errors import ConfigError
from dockgate.engine.api import RefusedError
from dockgate.engine.socket_client import EngineSocket

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dockgate.core.endpoint import Endpoint
    from dockgate.engine.api import Client, EngineClient

PROJECT = "com.docker.compose.project"
SERVICE = "com.docker.compose.service"
NUMBER = "com.docker.compose.container-number"
CONFIG_HASH = "com.docker.compose.config-hash"
IMAGE_ID = "com.docker.compose.image"
ONE_OFF = "com.docker.compose.oneoff"
HEALTH = re.compile(r"\((?:health: )?(starting|healthy|unhealthy)\)")
EXIT = re.compile(r"(?:Exited|Restarting) \((\d+)\)")
NOT_FOUND, NO_REFERENCES = 404, frozenset({301, 400})  # HTTP; 301 leads to a path without the empty part of `a//b`
# So many restarts, and the last one not longer ago than so many seconds; chosen: the engine doubles its pauses up to a
# minute, and starts anew after a container has lived for ten seconds.
LOOPS = ((1, 10.0), (3, 90.0))
NEVER = "0001-01-01"  # how the engine writes no time


class Port(Struct, frozen=True):
    """A container's port, and where the host publishes it (`public` 0: it does not)."""

    private: int
    public: int = 0
    ip: str = ""
    protocol: str = "tcp"

    def __str__(self) -> str:
        """Return `127.0.0.1:8080->80/tcp`, or `80/tcp` where it is not published."""
        host = f"[{self.ip}]" if ":" in self.ip else self.ip
        return (
            f"{host}:{self.public}->{self.private}/{self.protocol}"
            if self.public
            else f"{self.private}/{self.protocol}"
        )


class Container(Struct, frozen=True):
    """One container of a stack.

    `state` is the engine's: created, running, restarting, exited, paused, dead. `health` (starting, healthy,
    unhealthy, or empty without a probe) is known of a running container only: a stopped one keeps a stale one. `joined`
    is the id of the container whose network it is in.
    """

    id: str
    name: str
    service: str
    number: int
    state: str
    health: str = ""
    exit_code: int | None = None
    image: str = ""
    image_id: str = ""
    config_hash: str = ""
    created: int = 0
    labels: Mapping[str, str] = field(default_factory=dict)
    ports: tuple[Port, ...] = ()
    networks: Mapping[str, str] = field(default_factory=dict)
    joined: str = ""

    @property
    def running(self) -> bool:
        """Return whether it runs; one that restarts does not."""
        return self.state == "running"


class Life(Struct, frozen=True):
    """Since when a container is in the state that it is in (ISO 8601), for how long, and how often it was restarted."""

    since: str = ""
    age: float = 0.0
    restarts: int = 0

    @property
    def looping(self) -> bool:
        """Return whether its restart policy starts it again and again: it never lives long."""
        return any(self.restarts >= count and self.age < seconds for count, seconds in LOOPS)


class EngineImage(Struct, frozen=True):
    """An image in the engine's store: id, `name@sha256:…` references, bytes unpacked, labels, when it got its tag."""

    id: str
    tags: tuple[str, ...]
    digests: tuple[str, ...]
    size: int
    labels: Mapping[str, str]
    tagged: str = ""


@lru_cache(maxsize=4)
def connect(endpoint: Endpoint) -> Client:
    """Return the way to an engine: its socket where it is on this machine, else the SDK."""
    if endpoint.host.startswith("unix://"):
        return EngineSocket(endpoint.socket)
    from dockgate.engine.sdk_client import Engine  # noqa: PLC0415 - the SDK is loaded for remote engines only

    return Engine(endpoint)


def containers(endpoint: Endpoint, project: str) -> tuple[Container, ...]:
    """Return a stack's containers, by service and number, without those of `compose run`."""
    return stack(connect(endpoint), project)


def image(endpoint: Endpoint, ref: str) -> EngineImage | None:
    """Return an image by tag, digest or id; None where the engine has none of that name.

    ConfigError where no image can have that name.
    """
    try:
        found = connect(endpoint).image(ref)
    except RefusedError as error:
        if error.status == NOT_FOUND:
            return None
        if error.status in NO_REFERENCES:
            fix = "correct `image:` of the service that names it; a variable in it that nothing sets is empty"
            raise ConfigError(f"no image can be called {ref!r}: {error.what or 'a part is empty'}", fix=fix) from error
        raise
    config = found.get("Config") or {}
    return EngineImage(
        id=found["Id"],
        tags=tuple(found.get("RepoTags") or ()),
        digests=tuple(found.get("RepoDigests") or ()),
        size=int(found.get("Size", 0)),
        labels=config.get("Labels") or {},
        tagged=(found.get("Metadata") or {}).get("LastTagTime") or "",
    )


def stack(wire: EngineClient, project: str) -> tuple[Container, ...]:
    """Return what `containers` does, over a connection that is there already."""
    found = map(container, wire.containers({"label": [f"{PROJECT}={project}"]}))
    kept = (one for one in found if one.labels.get(ONE_OFF, "False") == "False")
    return tuple(sorted(kept, key=lambda one: (one.service, one.number, one.created)))


def container(entry: Mapping[str, Any]) -> Container:
    """Return a container from an entry of the engine's list."""
    labels: Mapping[str, str] = entry.get("Labels") or {}
    status, state = entry.get("Status", ""), entry.get("State", "")
    health, code = HEALTH.search(status), EXIT.match(status)
    return Container(
        id=entry["Id"],
        name=entry["Names"][0].lstrip("/") if entry.get("Names") else entry["Id"][:12],
        service=labels.get(SERVICE, ""),
        number=int(labels.get(NUMBER, "1")),
        state=state,
        health=health[1] if health and state == "running" else "",
        exit_code=int(code[1]) if code else None,
        image=entry.get("Image", ""),
        image_id=entry.get("ImageID", ""),
        config_hash=labels.get(CONFIG_HASH, ""),
        created=int(entry.get("Created", 0)),
        labels=labels,
        networks={name: each.get("NetworkID", "") for name, each in _networks(entry).items()},
        ports=tuple(sorted({_port(port) for port in entry.get("Ports") or ()}, key=_place)),
        joined=_joined(entry),
    )


def lost_networks(wire: EngineClient, containers: Iterable[Container]) -> frozenset[str]:
    """Return the ids of networks of stopped containers that are gone, as after `docker network prune`."""
    every = tuple(containers)
    there = {each for one in every if one.running for each in one.networks.values()}
    asked = {each for one in every for each in one.networks.values() if each} - there
    return frozenset(each for each in asked if _gone(wire, each))


def cut_off(wire: EngineClient, containers: Iterable[Container]) -> frozenset[str]:
    """Return the ids of running containers whose network went with a restart of the one that they share it with."""
    known = {one.id: one for one in containers if one.running}
    pairs = [(one, known[one.joined]) for one in known.values() if one.joined in known]
    if not pairs:
        return frozenset()
    lived = lives(wire, {one.id: one for pair in pairs for one in pair}.values())
    return frozenset(one.id for one, owner in pairs if lived[owner.id].since > lived[one.id].since)


def _joined(entry: Mapping[str, Any]) -> str:
    kind, _, other = ((entry.get("HostConfig") or {}).get("NetworkMode") or "").partition(":")
    return other if kind == "container" else ""


def lives(wire: EngineClient, containers: Iterable[Container], now: datetime | None = None) -> Mapping[str, Life]:
    """Return how each container lives, one request each."""

    def ask(one: Container) -> tuple[str, Life]:
        try:
            return one.id, life(wire.inspect(one.id), one.state, now)
        except RefusedError:
            return one.id, Life()  # it was removed since the list was made

    return dict(map(ask, containers))


def life(entry: Mapping[str, Any], state: str, now: datetime | None = None) -> Life:
    """Return how a container lives, from what the engine knows of it."""
    times = entry["State"]
    moment = times["StartedAt"] if state in {"running", "paused"} else times["FinishedAt"]
    if moment.startswith(NEVER):
        return Life(restarts=entry.get("RestartCount", 0))
    then = datetime.fromisoformat(f"{moment[:19]}+00:00")
    age = ((now or datetime.now(UTC)) - then).total_seconds()
    return Life(moment, age, entry.get("RestartCount", 0))


def _gone(wire: EngineClient, network: str) -> bool:
    try:
        wire.network(network)
    except RefusedError as error:
        if error.status == NOT_FOUND:
            return True
        raise
    return False


def _networks(entry: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    return (entry.get("NetworkSettings") or {}).get("Networks") or {}


def _port(entry: Mapping[str, Any]) -> Port:
    return Port(entry["PrivatePort"], entry.get("PublicPort", 0), entry.get("IP", ""), entry.get("Type", "tcp"))


def _place(port: Port) -> tuple[int, int, str, str]:
    return port.private, port.public, port.ip, port.protocol
