"""DG103: a blank value where one is needed, or one that silently hides another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.findings import Severity
from dockgate.guardrails.env_places import at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.core.findings import Finding
    from dockgate.env.resolved import ResolvedEnv

CODE = "DG103"


def findings(env: ResolvedEnv) -> Iterator[Finding]:
    """Find blank winners: errors where the variable is required, warnings where they hide a value."""
    for name, resolved in env.values.items():
        if resolved.failed or resolved.reveal().strip():
            continue
        variable = env.schema.variables.get(name)
        if variable and variable.required_in(env.environment):
            yield at(env, resolved.origin, CODE, f"{name} is required and blank", f"give {name} a value")
            continue
        hidden = next((each for each in resolved.shadowed if each.value), None)
        if hidden:
            message = f"{name} is blank here and hides the value of {hidden.origin}"
            yield at(env, resolved.origin, CODE, message, "remove one of the two lines", severity=Severity.WARNING)
