"""DG101: a variable that the schema does not declare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.suggest import near
from dockgate.env.files import RESERVED
from dockgate.guardrails.env_places import at, written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.core.findings import Finding
    from dockgate.env.resolved import ResolvedEnv

CODE = "DG101"
MOST_SUGGESTIONS = 20


def findings(env: ResolvedEnv) -> Iterator[Finding]:
    """Find names that are not in the schema; near names only for the first ones: looking for them is slow."""
    if not env.schema.declared:
        return
    declared = env.schema.variables
    unknown = [each for each in written(env) if each.name not in declared and not each.name.startswith(RESERVED)]
    for number, each in enumerate(unknown):
        suggestion = near(each.name, declared) if number < MOST_SUGGESTIONS else ""
        fix = f"declare [{each.name}] in {env.schema.path}, or remove the line"
        yield at(env, each.origin, CODE, f"{each.name} is not in the schema." + suggestion, fix)
