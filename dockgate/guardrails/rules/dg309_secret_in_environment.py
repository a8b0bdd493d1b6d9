"""DG309: a secret in `environment:`, where `docker inspect` and every process of the container show it.

A declared name, a known value, or what looks like a credential, in `environment:` or `labels:`. A warning in
development.
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
        yield Hit(
            f"{service} gets {name} in {key}:, which inspect and every process show",
            f"secrets: [{name}], and {name}_FILE: /run/secrets/{name}",
            context.place("services", service, key, name),
            severity=Severity.WARNING if context.development else Severity.ERROR,
            service=service,
            name=name,
        )
