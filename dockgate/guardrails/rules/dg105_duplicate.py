"""DG105: a variable that is set twice in one file.

Only the last line counts; the earlier one has no effect. An error, a warning where both values are equal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.findings import Severity
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.env.env_files import Assignment
    from dockgate.guardrails.context import Context

CODE = "DG105"
TITLE = "A variable that is set twice in one file"
SCOPE = Scope.SCHEMA


def check(context: Context) -> Iterator[Hit]:
    """Find earlier statements that a later one of the same file replaces: warnings where the values are equal."""
    for layer in context.resolved.layers:
        last: dict[str, Assignment] = {}
        for each in layer.assignments:
            earlier = last.get(each.name)
            if earlier:
                severity = Severity.WARNING if earlier.value == each.value else Severity.ERROR
                message = f"{each.name} is set again in line {each.origin.line}; the last one counts"
                yield Hit(message, "remove one of the two lines", earlier.origin, severity, name=each.name)
            last[each.name] = each
