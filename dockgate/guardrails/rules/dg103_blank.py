"""DG103: a blank value where one is needed, or one that silently hides another.

An error where the variable is required, a warning where the blank hides a value of a lower layer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.findings import Severity
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG103"
TITLE = "A blank value where one is needed, or one that silently hides another"
SCOPE = Scope.SCHEMA


def check(context: Context) -> Iterator[Hit]:
    """Find blank winners: errors where the variable is required, warnings where they hide a value."""
    env = context.resolved
    for name, resolved in env.values.items():
        if resolved.failed or resolved.reveal().strip():
            continue
        variable = env.schema.variables.get(name)
        if variable and variable.required_in(env.environment):
            yield Hit(f"{name} is required and blank", f"give {name} a value", resolved.origin, name=name)
            continue
        hidden = next((each for each in resolved.shadowed if each.value), None)
        if hidden:
            message = f"{name} is blank here and hides the value of {hidden.origin}"
            yield Hit(message, "remove one of the two lines", resolved.origin, Severity.WARNING, name=name)
