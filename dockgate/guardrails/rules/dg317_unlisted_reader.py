"""DG317: a service that gets a variable or secret of which the schema does not list it as a reader.

Through `${NAME}` anywhere in the service, or through a secret's file: `secrets:`, `configs:` or a mount, under any
name. An error for a secret, because `readers` says which services may have it; a warning for any other variable. A
variable without `readers` is not judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.compose import readers
from dockgate.core.findings import Severity
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG317"
TITLE = "A service that receives a variable without being listed as a reader"
SCOPE = Scope.MODEL


def check(context: Context) -> Iterator[Hit]:
    """Compare what each service gets with the schema's `readers`; a variable that lists none is not judged."""
    declared = context.resolved.schema.variables
    for service, _ in context.services():
        names = context.uses.get(service, ())
        given = context.secret_names() if readers.EVERY in names else ()
        for variable in (declared[name] for name in sorted({*names, *given}) if name in declared):
            if variable.readers and service not in variable.readers:
                yield Hit(
                    f"{service} gets {variable.name}, and is none of its readers",
                    f'add "{service}" to readers of [{variable.name}] ({variable.origin}), or give it to others only',
                    context.place("services", service, "secrets" if variable.secret else "environment"),
                    severity=Severity.ERROR if variable.secret else Severity.WARNING,
                    service=service,
                    name=variable.name,
                )
