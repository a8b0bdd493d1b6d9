"""DG105: a variable that is set twice in one file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.findings import Severity
from dockgate.guardrails.env_places import at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.core.findings import Finding
    from dockgate.env.files import Assignment
    from dockgate.env.resolved import ResolvedEnv

CODE = "DG105"


def findings(env: ResolvedEnv) -> Iterator[Finding]:
    """Find earlier statements that a later one of the same file replaces: warnings where the values are equal."""
    for layer in env.layers:
        last: dict[str, Assignment] = {}
        for each in layer.assignments:
            earlier = last.get(each.name)
            if earlier:
                severity = Severity.WARNING if earlier.value == each.value else Severity.ERROR
                message = f"{each.name} is set again in line {each.origin.line}; the last one counts"
                yield at(env, earlier.origin, CODE, message, "remove one of the two lines", severity=severity)
            last[each.name] = each
