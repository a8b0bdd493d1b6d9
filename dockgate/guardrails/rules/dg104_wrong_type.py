"""DG104: a value that is not of the variable's type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.env import provider_references
from dockgate.env.value_types import fault
from dockgate.guardrails.env_places import at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.core.findings import Finding
    from dockgate.env.resolved import ResolvedEnv

CODE = "DG104"


def findings(env: ResolvedEnv) -> Iterator[Finding]:
    """Find values that do not fit type, values, pattern or limits; the value itself is not shown."""
    waiting = provider_references.waiting(env)
    for name, resolved in env.values.items():
        variable = env.schema.variables.get(name)
        if variable is None or name in waiting or resolved.failed or not resolved.reveal():
            continue
        if wrong := fault(variable, resolved.reveal()):
            yield at(
                env, resolved.origin, CODE, f"{name} {wrong}", f"correct it; {variable.origin} says what it may be"
            )
