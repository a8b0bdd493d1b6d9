"""What the checks share: going through a resolved environment, and findings at a place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.findings import Finding, Severity
from dockgate.env.files import PROCESS, SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.core.location import Location
    from dockgate.env.files import Assignment
    from dockgate.env.resolved import ResolvedEnv


def at(
    env: ResolvedEnv, origin: Location, code: str, message: str, fix: str, *, severity: Severity = Severity.ERROR
) -> Finding:
    """Return a finding of `env` at `origin`."""
    return Finding(origin.path, origin.line, origin.column, code, severity, message, env.environment, fix)


def written(env: ResolvedEnv) -> Iterator[Assignment]:
    """Go through the statements of files (secrets included), not through defaults and the process environment."""
    for layer in env.layers:
        if layer.name not in (SCHEMA, PROCESS):
            yield from layer.assignments
