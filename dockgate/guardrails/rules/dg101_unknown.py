"""DG101: a variable that the schema does not declare.

Always an error; similar declared names are suggested.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.reserved import is_reserved
from dockgate.core.suggest import near
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG101"
TITLE = "A variable that the schema does not declare"
SCOPE = Scope.SCHEMA
MOST_SUGGESTIONS = 20  # chosen: comparing names is quadratic


def check(context: Context) -> Iterator[Hit]:
    """Find names that are not in the schema; near names only for the first ones: looking for them is slow."""
    env = context.resolved
    if not env.schema.declared:
        return
    declared = env.schema.variables
    unknown = [each for each in env.written() if each.name not in declared and not is_reserved(each.name)]
    for number, each in enumerate(unknown):
        suggestion = near(each.name, declared) if number < MOST_SUGGESTIONS else ""
        fix = f"declare [{each.name}] in {env.schema.path}, or remove the line"
        yield Hit(f"{each.name} is not in the schema." + suggestion, fix, each.origin, name=each.name)
