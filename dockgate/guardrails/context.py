"""Everything that a rule may look at, as one value; rules read nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import field

from dockgate.core.findings import Severity
from dockgate.core.location import Location
from dockgate.core.redacted import Redacted
from dockgate.core.secret import Secret
from dockgate.env.resolved import ResolvedEnv
from dockgate.env.schema import Schema
from dockgate.guardrails.crossing import NOTHING, Matcher

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from datetime import date

    from dockgate.compose.volume_strings import Written
    from dockgate.core.errors import ConfigError
    from dockgate.core.project import Environment, Project
    from dockgate.core.target import Target
    from dockgate.env.env_files import Assignment, Layer
    from dockgate.guardrails.evidence import Kind, Skipped, TextFile
    from dockgate.guardrails.hit import Hit
    from dockgate.guardrails.permissions import Closed
    from dockgate.secrets.metadata import SecretMetadata
    from dockgate.system.git import GitFiles

# What rules see where the environment was not resolved: they find nothing in it.
UNRESOLVED = ResolvedEnv("", {}, (), (), Schema({}, declared=False), development=False)


class Context(Redacted, frozen=True):
    """One environment's facts; what a run did not collect is empty, and the rules of that scope do not run."""

    unshown = frozenset({"model", "written", "neighbours", "served", "beside"})

    project: Project
    environment: Environment
    today: date
    resolved: ResolvedEnv = UNRESOLVED
    unreadable: tuple[ConfigError, ...] = ()
    model: Mapping[str, Any] = field(default_factory=dict)
    written: Mapping[str, Any] = field(default_factory=dict)
    uses: Mapping[str, Collection[str]] = field(default_factory=dict)
    target: Target | None = None
    shadowed_endpoint: str = ""
    stack_labels: tuple[Mapping[str, str], ...] = ()
    git: GitFiles | None = None
    deciding: frozenset[str] | None = None
    files: tuple[TextFile, ...] = ()
    folders: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    closed: Mapping[str, Closed] = field(default_factory=dict)
    short_volumes: tuple[tuple[Written, Location], ...] = ()
    taken: Mapping[str, str] = field(default_factory=dict)
    present: frozenset[str] = frozenset()
    neighbours: Mapping[str, ResolvedEnv] = field(default_factory=dict)
    served: Mapping[str, tuple[Layer, ...]] = field(default_factory=dict)
    named: Mapping[str, Location] = field(default_factory=dict)
    beside: tuple[Layer, ...] = ()
    made: Mapping[str, SecretMetadata] = field(default_factory=dict)
    matcher: Matcher = NOTHING
    unread: tuple[Hit, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    place: Callable[..., Location] = lambda *_path: Location("")
    elsewhere: Callable[[], frozenset[str] | None] = frozenset

    @property
    def production(self) -> bool:
        """Return whether this is an environment to be protected from the others' values, and they from its."""
        return self.environment.protected

    @property
    def development(self) -> bool:
        """Return whether development defaults and tools belong here."""
        return self.environment.is_development

    @property
    def severity(self) -> Severity:
        """Return what a hardening rule weighs here: an error in production, a warning elsewhere."""
        return Severity.ERROR if self.production else Severity.WARNING

    def services(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield the services that Compose resolved."""
        yield from self.model.get("services", {}).items()

    def strings(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Yield the strings of the model with the path of each."""
        yield from _strings(self.model, ())

    def written_strings(self, service: str) -> Iterator[tuple[tuple[str, ...], str]]:
        """Yield the strings of a service as its files have them, variables not replaced, with the path of each."""
        yield from _strings((self.written.get("services") or {}).get(service), ())

    def assignments(self) -> Iterator[tuple[Assignment, str]]:
        """Yield every statement of every layer with its value in clear, shadowed ones too.

        Env files of services are layers of those services.
        """
        for layer in (*self.resolved.layers, *self.served.get(self.environment.name, ())):
            for each in layer.assignments:
                if each.value is not None:
                    yield each, each.value.reveal() if isinstance(each.value, Secret) else each.value

    def stated(self) -> Iterator[tuple[Assignment, str]]:
        """Yield the statements of env files that services name, and that no other layer has."""
        own = {layer.path for layer in self.served.get(self.environment.name, ())}
        yield from (each for each in self.assignments() if each[0].origin.path in own)

    def secret_names(self) -> frozenset[str]:
        """Return the names that the schema declares secret."""
        return frozenset(name for name, variable in self.resolved.schema.variables.items() if variable.secret)

    def of_kind(self, *kinds: Kind) -> Iterator[TextFile]:
        """Yield the files that are looked at for one of these reasons."""
        return (file for file in self.files if file.kind in kinds)


def _strings(node: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _strings(value, (*path, str(key)))
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from _strings(value, (*path, str(number)))
