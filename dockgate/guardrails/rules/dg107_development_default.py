"""DG107: a development default outside development.

A value that the schema marks with `dev-default`, shadowed or not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.env.dialect import text
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG107"
TITLE = "A development default outside development"
SCOPE = Scope.SCHEMA


def check(context: Context) -> Iterator[Hit]:
    """Find values, shadowed ones too, that the schema marks as defaults for development."""
    env = context.resolved
    if env.development:
        return
    for layer in env.layers:
        for each in layer.assignments:
            variable = env.schema.variables.get(each.name)
            if variable and variable.dev_default and variable.default and text(each) == variable.default:
                message = f"{each.name} has its development default outside development"
                fix = f"give {each.name} a value of this environment's own"
                yield Hit(message, fix, each.origin, name=each.name)
