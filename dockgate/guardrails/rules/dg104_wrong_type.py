"""DG104: a value that is not of the variable's type.

Ports, URLs, numbers, enumerations, patterns, limits: whatever `env/schema.toml` declares. An error; the value is not
shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.env import provider_references
from dockgate.env.value_types import fault
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG104"
TITLE = "A value that is not of the variable's type"
SCOPE = Scope.SCHEMA


def check(context: Context) -> Iterator[Hit]:
    """Find values that do not fit type, values, pattern or limits; the value itself is not shown."""
    env = context.resolved
    waiting = provider_references.waiting(env)
    for name, resolved in env.values.items():
        variable = env.schema.variables.get(name)
        if variable is None or name in waiting or resolved.failed or not resolved.reveal():
            continue
        if wrong := fault(variable, resolved.reveal()):
            fix = f"correct it; {variable.origin} says what it may be"
            yield Hit(f"{name} {wrong}", fix, resolved.origin, name=name)
