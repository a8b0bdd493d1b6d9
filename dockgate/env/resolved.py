"""One resolved environment: every value knows where it came from and what it shadowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core.redacted import Redacted
from dockgate.core.secret import Secret
from dockgate.env.env_files import PROCESS, SCHEMA, SECRETS, Assignment, Layer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockgate.core.findings import Finding
    from dockgate.core.location import Location
    from dockgate.env.schema import Schema


class Resolved(Redacted, frozen=True):
    """One variable: its final value, the statement that set it, what that shadowed (highest first), its references.

    `failed` marks a value whose references could not be resolved; it then stands as written.
    """

    unshown = frozenset({"value"})

    name: str
    value: str | Secret
    origin: Location
    layer: str
    shadowed: tuple[Assignment, ...] = ()
    references: tuple[str, ...] = ()
    failed: bool = False

    def reveal(self) -> str:
        """Return the value in clear, secret or not: for checks and files on RAM, never for output."""
        return self.value.reveal() if isinstance(self.value, Secret) else self.value


class ResolvedEnv(Struct, frozen=True):
    """An environment's variables; `findings` are the problems that leave a value undefined.

    `local` is the env file that git ignores, whether it exists or not.
    """

    environment: str
    values: Mapping[str, Resolved]
    layers: tuple[Layer, ...]
    findings: tuple[Finding, ...]
    schema: Schema
    development: bool
    local: str = ""

    def written(self) -> Iterator[Assignment]:
        """Yield the statements of files (secrets included), not through defaults and the process environment."""
        for layer in self.layers:
            if layer.name not in (SCHEMA, PROCESS):
                yield from layer.assignments

    @property
    def own_file(self) -> str:
        """Return the file for a plain value of one's own, for messages; where there is none, what to add."""
        if self.local:
            return self.local
        files = [layer.path for layer in self.layers if layer.path and layer.name not in (SCHEMA, PROCESS, SECRETS)]
        return files[-1] if files else f'a file (layers = ["env/{self.environment}.env"] in its table)'

    def plain(self) -> dict[str, str]:
        """Return the non-secret values, for Compose's interpolation, without those that failed."""
        return {n: each.value for n, each in self.values.items() if isinstance(each.value, str) and not each.failed}

    def secrets(self) -> dict[str, Secret]:
        """Return the secret values, without those that failed."""
        return {n: each.value for n, each in self.values.items() if isinstance(each.value, Secret) and not each.failed}

    def clear(self) -> dict[str, str]:
        """Return every value in clear, without those that failed: for checks, never for output."""
        return {n: each.reveal() for n, each in self.values.items() if not each.failed}

    def from_process(self) -> tuple[str, ...]:
        """Return the names that the process environment set."""
        return tuple(name for name, each in self.values.items() if each.layer == PROCESS)

    def overruled(self, values: Mapping[str, str]) -> tuple[Resolved, ...]:
        """Return what is set to other values than these, which come after all layers."""
        chosen = (each for name, each in self.values.items() if name in values and each.layer != SCHEMA)
        return tuple(each for each in chosen if each.reveal() != values[each.name])
