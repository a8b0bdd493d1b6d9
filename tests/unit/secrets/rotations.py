"""An engine with databases, and the readers of a secret."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from dockgate.core import labels
from dockgate.engine import containers as engine_containers
from dockgate.secrets import rotation
from dockgate.secrets import store as secret_store
from dockgate.system.process import Result
from tests import said
from tests.unit.secrets.secretproject import target

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockgate.core.plan import Command
    from dockgate.core.project import Project
    from dockgate.core.target import Target
    from dockgate.env.resolved import ResolvedEnv


SCHEMA = """
[DB_PASSWORD]
secret = true
generate = "password:32"
readers = ["db", "api"]
[TOKEN]
secret = true
readers = ["api", "web"]
[KEPT]
secret = true
generate = "token:48"
[TLS_CERT]
secret = true
generate = "certificate"
required = true
[TLS_KEY]
secret = true
generate = "certificate-key"
required = true
[PLAIN]
"""


SETTINGS = {
    "secrets": {
        "DB_PASSWORD": {"rotate": "postgres", "service": "db", "user": "DB_USER", "database": "DB_NAME"},
        "KEPT": {"refuse": "data is encrypted with it"},
    }
}


GIVEN_VALUE = "kX7mQ2vN9pR4tW8zB3cF6hJ5"


@dataclass
class Engine:
    """What is there, what was executed, and what each database answers."""

    entries: list[dict[str, Any]] = field(default_factory=list)
    refusing: frozenset[str] = frozenset()
    stderr: bytes = b""
    calls: list[tuple[tuple[str, ...], bytes]] = field(default_factory=list)

    def containers(self, filters: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
        """Return the containers that carry all labels."""
        wanted = {tuple(label.split("=", 1)) for label in filters["label"]}
        return [entry for entry in self.entries if wanted <= set(entry["Labels"].items())]

    def inspect(self, container: str) -> dict[str, Any]:
        """Return a container with one volume, named after it."""
        return {"Mounts": [{"Name": f"{container}-data"}]}

    def volume(self, ref: str) -> dict[str, Any]:
        """Return a volume."""
        return {"Name": ref, "CreatedAt": "2026-05-04"}

    def run(self, command: Command, *, stdin: bytes, check: bool) -> Result:
        """Record a call."""
        assert not check
        said.command(command)
        self.calls.append((command.argv, stdin))
        return Result(int(command.argv[3] in self.refusing), b"", self.stderr, 0.0)


def database(
    work: Project, name: str, state: str = "running", instance: str = "", service: str = "db"
) -> dict[str, Any]:
    """Return a database (or another service) as the engine lists it."""
    stack = replace(target(work, "staging"), instance=instance)
    compose = {engine_containers.PROJECT: stack.project, engine_containers.SERVICE: service}
    return {"Id": name, "Names": [f"/{name}"], "State": state, "Labels": {**labels.of(stack), **compose}}


@dataclass
class Values:
    """Resolved values, as far as rotation asks for them."""

    values: dict[str, Any]
    environment: str = "staging"


@dataclass
class Value:
    text: str

    def reveal(self) -> str:
        return self.text


RESOLVED: Any = Values({"DB_USER": Value('ap"p'), "DB_NAME": Value("shop")})


def values(work: Project) -> dict[str, str]:
    """Return the values of the store."""
    store = secret_store.load(work, work.environment("staging"))
    assert store is not None
    return {name: entry.value.reveal() for name, entry in store.entries.items()}


@dataclass
class Readers:
    """Notes what the store held when the readers were made ready, and when they were recreated."""

    work: Project
    ready: list[dict[str, str]] = field(default_factory=list)
    recreated: list[dict[str, str]] = field(default_factory=list)
    problem: Exception | None = None

    def prepare(self) -> None:
        self.ready.append(values(self.work))
        if self.problem:
            raise self.problem

    def recreate(self) -> None:
        self.recreated.append(values(self.work))


def there(chosen: Target) -> set[str]:
    """Return the services that have containers."""
    return {one.service for one in engine_containers.containers(chosen.endpoint, chosen.project)}


def rotate(work: Project, name: str, resolved: ResolvedEnv = RESOLVED, **options: Any) -> list[dict[str, str]]:
    """Rotate a secret; return what the store held whenever the readers were recreated."""
    readers, chosen = Readers(work), target(work, "staging")
    done = rotation.prepare(work, chosen, there(chosen), name, **options)
    rotation.run(work, chosen, done, resolved, readers)
    return readers.recreated


def _store(work: Project) -> secret_store.Store:
    store = secret_store.load(work, work.environment("staging"))
    assert store is not None
    return store
