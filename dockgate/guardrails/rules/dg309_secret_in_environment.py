"""DG309: a secret in `environment:`, where `docker inspect` and every process of the container show it.

A declared name, a known value, or what looks like a credential, in `environment:` (an `env_file:` ends there, too) or
`labels:`; and a secret that Compose makes of a variable (`secrets: {x: {environment: NAME}}`) and copies into the
container. A warning in development.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.findings import Severity
from dockgate.guardrails import exposed
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG309"
TITLE = "A secret in environment:"
SCOPE = Scope.MODEL


def check(context: Context) -> Iterator[Hit]:
    """Look for this environment's secrets, the schema's secret names, and what looks like a credential."""
    for service, key, name in exposed.variables(context):
        what = f"{service} gets {name} in {key}:, which inspect and every process show"
        yield _hit(context, service, name, what, ("services", service, key, name))
    for service, secret, name in exposed.copies(context):
        what = f"{service} gets {name} through secrets: {secret}, which Compose writes to the container's disk"
        yield _hit(context, service, name, what, ("secrets", secret, "environment"))


def _hit(context: Context, service: str, name: str, what: str, path: tuple[str, ...]) -> Hit:
    value = (context.model["services"][service].get("environment") or {}).get(name)
    own = context.resolved.secrets()
    source = next((each for each, secret in own.items() if secret.reveal() == value), name)
    file = f'secrets: {{{source}: {{file: "${{DOCKGATE_SECRETS}}/{source}"}}}}'
    return Hit(
        what,
        f"at the top level {file}; in {service} secrets: [{source}], and {name}_FILE: /run/secrets/{source} for {name}",
        context.place(*path),
        severity=Severity.WARNING if context.development else Severity.ERROR,
        service=service,
        name=name,
    )
