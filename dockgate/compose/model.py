"""What Compose resolved (`docker compose config --format json`), typed: pure reading, no decisions.

Model.parse(document, hashes, inactive, uses) -> Model
Model.unsupported() -> tuple[str, ...]      what only `docker compose up` itself can start
Model.closure(names) -> frozenset[str]      services with all that they depend on
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from dockgate.compose import lifecycle, service_keys
from dockgate.compose.lifecycle import Condition
from dockgate.core.compose_escape import unescape

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

# Chosen: more digits than Compose writes; without a bound a text of digits alone takes the square of its length.
DURATION = re.compile(r"([0-9.]{1,40})(h|ms|us|µs|ns|m|s)")
# SECONDS: units of Go's time.ParseDuration, which Compose uses
SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}


class Dependency(Struct, frozen=True):
    """One entry of `depends_on`; `restart`: the dependent restarts when Compose replaces the dependency."""

    condition: Condition = Condition.STARTED
    required: bool = True
    restart: bool = False


class Probe(Struct, frozen=True):
    """How often a health check runs, and how long it may take, in seconds."""

    interval: float = 30.0
    timeout: float = 30.0


class Publish(Struct, frozen=True):
    """A published port: the container's, and the host's as written (empty: any free one)."""

    target: int
    published: str = ""
    protocol: str = "tcp"


class Service(Struct, frozen=True):
    """One service as Compose resolved it; `networks` are their names on the engine.

    `one_shot`: it is meant to end (compose/lifecycle.py). `built`: its file says how its image is built, which may give
    it no name (`named`); Compose then makes one, which `image` has.
    """

    name: str
    image: str
    depends_on: Mapping[str, Dependency] = field(default_factory=dict)
    healthcheck: Probe | None = None
    replicas: int = 1
    restart: str = "no"
    ports: tuple[Publish, ...] = ()
    profiles: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    config_hash: str = ""
    one_shot: bool = False
    container_name: str = ""
    networks: tuple[str, ...] = ()
    pull_policy: str = ""
    built: bool = False
    named: bool = True


class Model(Struct, frozen=True):
    """A resolved Compose project; `networks`, `volumes`, `secrets` and `configs` map keys to their definitions.

    `inactive` are the services of profiles that are off: not in Compose's document, and left alone by `up`. `uses` has
    the names of the variables and secrets that each service gets.
    """

    project: str
    services: Mapping[str, Service]
    networks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    volumes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    secrets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    configs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    inactive: frozenset[str] = frozenset()
    uses: Mapping[str, Collection[str]] = field(default_factory=dict)
    raw: Mapping[str, Any] = field(default_factory=dict)

    @staticmethod
    def parse(
        document: Mapping[str, Any],
        hashes: Mapping[str, str] | None = None,
        inactive: Iterable[str] = (),
        uses: Mapping[str, Collection[str]] | None = None,
    ) -> Model:
        """Read Compose's document; `hashes` are those of `docker compose config --hash '*'`."""
        hashes = hashes or {}
        entries: Mapping[str, Mapping[str, Any]] = document.get("services") or {}
        ending = lifecycle.one_shots(document)
        services = {name: _service(document, name, hashes.get(name, ""), one_shot=name in ending) for name in entries}
        tables = {key: _named(document, key) for key in ("networks", "volumes", "secrets", "configs")}
        off = frozenset(inactive) - services.keys()
        return Model(
            document.get("name", ""),
            MappingProxyType(services),
            inactive=off,
            uses=uses or {},
            raw=document,
            **tables,
        )

    def unsupported(self) -> tuple[str, ...]:
        """Return what is used here that only `docker compose up` covers, each with the place that uses it."""
        found = [key for key in service_keys.unknown(frozenset(self.raw), service_keys.TOP) if self.raw[key]]
        for name, entry in (self.raw.get("services") or {}).items():
            keys = service_keys.unknown(frozenset(entry), service_keys.KNOWN)
            found += [f"services.{name}.{key}" for key in keys if entry[key]]
        for kind, table in (("secrets", self.secrets), ("configs", self.configs)):
            found += [f"{kind}.{name}.{key}" for name, entry in table.items() for key in INJECTED if key in entry]
        for name, service in self.services.items():
            waits = service.depends_on.items()
            # Whether its waiters ever see it healthy depends on timing: only Compose's own polling decides that.
            found += [f"services.{name}.depends_on.{key}" for key, wait in waits if self._ends(key, wait)]
        return tuple(found)

    def restarts(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return these services and those that restart with them (`depends_on: {…: {restart: true}}`)."""
        found = dict.fromkeys(names)
        todo = list(found)
        while todo:
            name = todo.pop()
            waits = ((one.name, one.depends_on.get(name)) for one in self.services.values())
            more = [other for other, wait in waits if wait and wait.restart and other not in found]
            found |= dict.fromkeys(more)
            todo += more
        return tuple(found)

    def order(self) -> tuple[str, ...]:
        """Return all services, each after those that it depends on."""
        found: dict[str, None] = {}

        def visit(name: str) -> None:
            if name in self.services and name not in found:
                for other in self.services[name].depends_on:
                    visit(other)
                found[name] = None

        for name in self.services:
            visit(name)
        return tuple(found)

    def _ends(self, name: str, wait: Dependency) -> bool:
        return wait.condition is Condition.HEALTHY and name in self.services and self.services[name].one_shot

    def closure(self, names: Iterable[str] = ()) -> frozenset[str]:
        """Return these services and all that they depend on; all services when none is named."""
        wanted, todo = set[str](), list(names) or list(self.services)
        while todo:
            name = todo.pop()
            if name in self.services and name not in wanted:
                wanted.add(name)
                todo += self.services[name].depends_on
        return frozenset(wanted)


INJECTED = ("environment", "content")  # Compose copies these into a container when it starts it


def seconds(duration: str | float | None, default: float) -> float:
    """Return a Go duration (`1m30s`, `250ms`) in seconds."""
    if duration is None:
        return default
    return sum(float(number) * SECONDS[unit] for number, unit in DURATION.findall(str(duration)))


def _named(document: Mapping[str, Any], key: str) -> Mapping[str, Mapping[str, Any]]:
    return {name: entry or {} for name, entry in (document.get(key) or {}).items()}


def _joined(document: Mapping[str, Any], entry: Mapping[str, Any]) -> tuple[str, ...]:
    declared = document.get("networks") or {}
    return tuple((declared.get(key) or {}).get("name") or key for key in entry.get("networks") or ())


def _image(document: Mapping[str, Any], name: str) -> str:
    entry = document["services"][name]
    made = f"{document['name']}-{name}" if entry.get("build") else ""
    return unescape(entry.get("image") or "") or made


def _service(document: Mapping[str, Any], name: str, config_hash: str, *, one_shot: bool) -> Service:
    entry: Mapping[str, Any] = document["services"][name]
    deploy, labels = entry.get("deploy") or {}, entry.get("labels") or {}
    return Service(
        name=name,
        image=_image(document, name),
        depends_on={key: _dependency(value) for key, value in (entry.get("depends_on") or {}).items()},
        healthcheck=_probe(entry.get("healthcheck")),
        replicas=int(entry.get("scale", deploy.get("replicas", 1))),
        restart=lifecycle.restart(entry),
        ports=tuple(_publish(port) for port in entry.get("ports") or ()),
        profiles=tuple(entry.get("profiles") or ()),
        labels={key: unescape(str(value)) for key, value in labels.items()},
        config_hash=config_hash,
        one_shot=one_shot,
        container_name=entry.get("container_name") or "",
        networks=_joined(document, entry),
        pull_policy=entry.get("pull_policy") or "",
        built=bool(entry.get("build")),
        named=bool(entry.get("image")),
    )


def _dependency(entry: Mapping[str, Any]) -> Dependency:
    return Dependency(
        Condition(entry.get("condition", Condition.STARTED)), entry.get("required", True), entry.get("restart", False)
    )


def _probe(entry: Mapping[str, Any] | None) -> Probe | None:
    if not entry or entry.get("disable") or entry.get("test") == ["NONE"]:
        return None
    return Probe(seconds(entry.get("interval"), 30.0), seconds(entry.get("timeout"), 30.0))


def _publish(entry: Mapping[str, Any]) -> Publish:
    return Publish(
        int(entry["target"]),
        str(entry.get("published", "")),
        entry.get("protocol", "tcp"),
    )
