"""DG111: a declared secret in a plain env file outside development.

Secrets of staging and production are in the encrypted store, or with a provider. A value that gets its secret part
from another secret (`DSN=postgres://app:${POSTGRES_PASSWORD}@db/shop`) holds none itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.detection import credential
from dockgate.env import references
from dockgate.env.dialect import text
from dockgate.env.env_files import SECRETS
from dockgate.env.provider_references import is_reference
from dockgate.env.references import Reference, ReferenceProblemError
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.env.env_files import Assignment
    from dockgate.env.resolved import ResolvedEnv
    from dockgate.guardrails.context import Context

CODE = "DG111"
TITLE = "A declared secret in a plain env file outside development"
SCOPE = Scope.SCHEMA


def check(context: Context) -> Iterator[Hit]:
    """Find secrets outside the encrypted layer.

    Blank ones hold nothing, nor do references to a provider and addresses that get their password from another secret.
    """
    env = context.resolved
    if env.development:
        return
    for each in (*env.written(), *(each for each, _ in context.stated())):
        variable = env.schema.variables.get(each.name)
        if variable and variable.secret and each.layer != SECRETS and _holds_one(each, env):
            message = f"{each.name} is a secret and stands in a plain file"
            fix = f"inv secrets.set {each.name} --env={env.environment}, and remove the line; then change the secret"
            yield Hit(message, fix, each.origin, name=each.name)


def _holds_one(each: Assignment, env: ResolvedEnv) -> bool:
    value = text(each)
    if not value or is_reference(value):
        return False
    if not each.interpolate:
        return True
    try:
        template = references.parse(value)
    except ReferenceProblemError:
        return True
    said = "".join(part for part in template if isinstance(part, str))
    others = [part for part in template if isinstance(part, Reference)]
    declared = env.schema.variables
    secret = any(other.name in declared and declared[other.name].secret for other in others)
    return not secret or any(other.word for other in others) or credential.classify(each.name, said) is not None
