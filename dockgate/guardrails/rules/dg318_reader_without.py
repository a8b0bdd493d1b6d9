"""DG318: a reader in the schema that gets nothing.

The service exists, but Compose gives it neither the variable nor one that refers to it. A warning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.compose import readers
from dockgate.core.findings import Severity
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockgate.env.resolved import Resolved
    from dockgate.guardrails.context import Context

CODE = "DG318"
TITLE = "A reader that does not receive the variable"
SCOPE = Scope.MODEL


def check(context: Context) -> Iterator[Hit]:
    """Look for readers to which Compose gives neither the variable, nor another that refers to it."""
    env = context.resolved
    for service, entry in context.services():
        # A value of an `env_file:` has the variable's name at best; that counts, too.
        own = {*context.uses.get(service, ()), *(entry.get("environment") or {})}
        got = _reached(own, env.values)
        for variable in env.schema.variables.values():
            given = variable.name in got or (variable.secret and readers.EVERY in got)
            if service in variable.readers and variable.allowed_in(context.environment.name) and not given:
                how = f"secrets: [{variable.name}]" if variable.secret else f"{variable.name}: ${{{variable.name}}}"
                yield Hit(
                    f"{service} is listed as a reader of {variable.name} but does not receive it",
                    f"give it to the service ({how}), or take it out of readers of [{variable.name}]",
                    variable.origin,
                    severity=Severity.WARNING,
                    service=service,
                    name=variable.name,
                )


def _reached(names: set[str], values: Mapping[str, Resolved]) -> set[str]:
    """Return these names and those that their values refer to."""
    found, todo = set[str](), list(names)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += values[name].references if name in values else ()
    return found
