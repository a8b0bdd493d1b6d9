"""DG107: a development default outside development."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.env.dialect import text
from dockgate.guardrails.env_places import at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.core.findings import Finding
    from dockgate.env.resolved import ResolvedEnv

CODE = "DG107"


def findings(env: ResolvedEnv) -> Iterator[Finding]:
    """Find values, shadowed ones too, that the schema marks as defaults for development."""
    if env.development:
        return
    for layer in env.layers:
        for each in layer.assignments:
            variable = env.schema.variables.get(each.name)
            if variable and variable.dev_default and variable.default and text(each) == variable.default:
                message = f"{each.name} has its development default outside development"
                yield at(env, each.origin, CODE, message, f"give {each.name} a value of this environment's own")
