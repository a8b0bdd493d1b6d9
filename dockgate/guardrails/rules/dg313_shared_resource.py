"""DG313: a network or volume that another environment could share.

A fixed or external name that does not name this environment, or names another one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dockgate.core.findings import Severity
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockgate.guardrails.context import Context

CODE = "DG313"
TITLE = "A network or volume shared by two environments"
SCOPE = Scope.MODEL


def check(context: Context) -> Iterator[Hit]:
    """Look for fixed and external names: one that does not name this environment is the same in every one."""
    stack = str(context.model.get("name", ""))
    for kind in ("networks", "volumes"):
        for key, entry in (context.model.get(kind) or {}).items():
            name = str((entry or {}).get("name") or key)
            if not name.startswith(f"{stack}_") and name not in ("host", "none"):
                yield from _named(context, kind, key, name, entry or {})


def _named(context: Context, kind: str, key: str, name: str, entry: Mapping[str, Any]) -> Iterator[Hit]:
    environments = context.project.environments
    words = set(re.split(r"[^A-Za-z0-9]+", name.lower()))
    others = [each for each in environments if each != context.environment.name and each.lower() in words]
    if context.environment.name.lower() in words and not others:
        return
    owner = f"is {others[0]}'s" if others else "is the same in every environment"
    where = context.place(kind, key)
    external = "external " if entry.get("external") else ""
    yield Hit(
        f"the {external}{kind[:-1]} {name} {owner}",
        f"leave the name to Compose, or put {context.environment.name} into it",
        where,
        severity=Severity.ERROR if others or context.production else Severity.WARNING,
        name=key,
        service="",
    )
