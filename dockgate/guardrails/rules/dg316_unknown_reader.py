"""DG316: a reader in the schema that is no service.

`readers` in `env/schema.toml` names a service that no environment has. Where another environment's Compose files
include further files (`include:`), its services are not known, and nothing is reported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.suggest import near
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG316"
TITLE = "A reader that is not a service"
SCOPE = Scope.MODEL


def check(context: Context) -> Iterator[Hit]:
    """Look for readers that are a service of no environment; where others' services cannot be told, for none."""
    variables = context.resolved.schema.variables.values()
    here = {name for name, _ in context.services()}
    strangers = [(each, reader) for each in variables for reader in each.readers if reader not in here]
    elsewhere = context.elsewhere() if strangers else None
    if elsewhere is None:
        return
    for variable, reader in strangers:
        if reader not in elsewhere:
            yield Hit(
                f"{variable.name} names the reader {reader}, which is no service." + near(reader, here | elsewhere),
                f"correct readers of [{variable.name}]",
                variable.origin,
                name=variable.name,
            )
