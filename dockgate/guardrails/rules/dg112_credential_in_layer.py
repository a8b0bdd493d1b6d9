"""DG112: a real credential in an env file that is committed in clear.

The classifier (below) tells a real credential from `dev-only-…`, `changeme` and references, in development's file
too. There one that is too weak to be a secret of production (DG209) is a warning, and one that only the stack itself
checks: the password of a database that it starts, the key that its application signs with (`SECRET_KEY`). A key of a
known format, and what another party checks, is an error. A file that git ignores is where development's own values
belong; outside development they belong in the encrypted store.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.findings import Severity
from dockgate.detection import credential, strength
from dockgate.env.env_files import LOCAL, PROCESS, SCHEMA, SECRETS
from dockgate.guardrails import own_values
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.detection.credential import Credential
    from dockgate.env.env_files import Assignment
    from dockgate.guardrails.context import Context

CODE = "DG112"
TITLE = "A credential in a committed env file"
SCOPE = Scope.ENV
MOST_ESTIMATED = 50  # chosen: an estimate takes 20 ms; what comes after them counts as real
NOT_COMMITTED = frozenset({LOCAL, SECRETS, PROCESS, SCHEMA})


def check(context: Context) -> Iterator[Hit]:
    """Classify every value of the plain layers: real credentials belong in the encrypted store."""
    secret, rest = context.secret_names(), iter(range(MOST_ESTIMATED))
    for each, value in context.assignments():
        # Outside development DG111 refuses every declared secret of a plain layer, real or not.
        if each.layer in NOT_COMMITTED or (each.name in secret and not context.development):
            continue
        ignored = bool(context.git and each.origin.path in context.git.ignored)
        if ignored and context.development:
            continue
        name = f"{each.name}_SECRET" if each.name in secret else each.name
        found = credential.classify(name, value)
        if found:
            yield Hit(
                f"{each.name} looks like a real credential ({found.kind}) in a {_kind(context, ignored=ignored)}",
                _fix(context, each.name),
                each.origin,
                severity=_severity(context, each, (found, value), rest),
                name=each.name,
            )


def _kind(context: Context, *, ignored: bool) -> str:
    if ignored or context.git is None:
        return "plain file"
    return "file that is committed"


def _severity(context: Context, each: Assignment, seen: tuple[Credential, str], rest: Iterator[int]) -> Severity:
    found, value = seen
    if not context.development or found.certain:
        return Severity.ERROR
    own = own_values.in_layer(context, each.name, value, each.origin.path)
    demo = own or (next(rest, None) is not None and strength.is_demo(value))
    return Severity.WARNING if demo else Severity.ERROR


def _fix(context: Context, name: str) -> str:
    environment = context.environment
    if not context.development:
        return f"inv secrets.set {name} --env={environment.name}, and remove it here"
    own = environment.local or f"the file that [tool.dockgate.environments.{environment.name}] local names"
    return f"remove it here: your own goes into {own}, which git ignores; a shared one starts with dev-only-"
