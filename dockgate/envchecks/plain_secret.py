"""DG111: a declared secret in a plain env file outside development."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.dialect import text
from dockgate.envchecks.places import at, written
from dockgate.envfiles import SECRETS
from dockgate.providerrefs import is_reference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.findings import Finding
    from dockgate.layering import ResolvedEnv

CODE = "DG111"


def findings(env: ResolvedEnv) -> Iterator[Finding]:
    """Find secrets outside the encrypted layer; blank ones and references to a provider hold nothing."""
    if env.development:
        return
    for each in written(env):
        variable = env.schema.variables.get(each.name)
        value = text(each)
        if variable and variable.secret and each.layer != SECRETS and value and not is_reference(value):
            message = f"{each.name} is a secret and stands in a plain file"
            fix = f"inv secrets.set {each.name} --env={env.environment}, and remove the line; then change the secret"
            yield at(env, each.origin, CODE, message, fix)
