"""DG106: a variable that may not exist in this environment.

The schema limits it to other environments. A value from the process environment counts as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG106"
TITLE = "A variable that may not exist in this environment"
SCOPE = Scope.SCHEMA


def check(context: Context) -> Iterator[Hit]:
    """Find statements, the process environment's too, whose variable is declared for other environments only."""
    env = context.resolved
    for layer in env.layers:
        for each in layer.assignments:
            variable = env.schema.variables.get(each.name)
            if variable and not variable.allowed_in(env.environment):
                allowed = ", ".join(sorted(variable.environments))
                message = f"{each.name} may exist in {allowed} only"
                fix = f"move it to a layer of {allowed}" if each.origin.path else f"unset {each.name} in your shell"
                yield Hit(message, fix, each.origin, name=each.name)
