"""DG112: a real credential in an env file that is committed in clear.

The classifier (below) tells a real credential from `dev-only-…`, `changeme` and references, in development's file
too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.detection import credential
from dockgate.env.env_files import LOCAL, PROCESS, SCHEMA, SECRETS
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG112"
TITLE = "A credential in a committed env file"
SCOPE = Scope.ENV
NOT_COMMITTED = frozenset({LOCAL, SECRETS, PROCESS, SCHEMA})


def check(context: Context) -> Iterator[Hit]:
    """Classify every value of the plain layers: real credentials belong in the encrypted store."""
    secret = context.secret_names()
    for each, value in context.assignments():
        # Outside development DG111 refuses every declared secret of a plain layer, real or not.
        if each.layer in NOT_COMMITTED or (each.name in secret and not context.development):
            continue
        name = f"{each.name}_SECRET" if each.name in secret else each.name
        found = credential.classify(name, value)
        if found:
            yield Hit(
                f"{each.name} looks like a real credential ({found.kind}) in a file that is committed",
                _fix(context, each.name),
                each.origin,
                name=each.name,
            )


def _fix(context: Context, name: str) -> str:
    environment = context.environment
    if not context.development:
        return f"inv secrets.set {name} --env={environment.name}, and remove it here"
    own = environment.local or f"the file that [tool.dockgate.environments.{environment.name}] local names"
    return f"remove it here: your own goes into {own}, which git ignores; one for everybody says dev-only-…"
