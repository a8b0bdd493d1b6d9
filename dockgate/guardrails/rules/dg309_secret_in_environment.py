"""DG309: a secret in `environment:`, where `docker inspect` and every process of the container show it.

A declared name, a known value, or what looks like a credential, in `environment:` or `labels:`. A warning in
development.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.compose_escape import unescape
from dockgate.core.findings import Severity
from dockgate.detection import credential
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG309"
TITLE = "A secret in environment:"
SCOPE = Scope.MODEL
SHORTEST = 8


def check(context: Context) -> Iterator[Hit]:
    """Look for this environment's secrets, the schema's secret names, and what looks like a credential."""
    names = context.secret_names()
    own = {secret.reveal() for secret in context.resolved.secrets().values()} if context.resolved else set[str]()
    for service, entry in context.services():
        for key in ("environment", "labels"):
            for name, value in (entry.get(key) or {}).items():
                text = unescape(str(value or ""))
                held = any(len(each) >= SHORTEST and each in text for each in own)
                if text and (held or name in names or credential.classify(name, text)):
                    yield Hit(
                        f"{service} gets {name} in {key}:, which inspect and every process show",
                        f"secrets: [{name}], and {name}_FILE: /run/secrets/{name}",
                        context.place("services", service, key, name),
                        severity=Severity.WARNING if context.development else Severity.ERROR,
                        service=service,
                        name=name,
                    )
