"""DG109: a reference that cannot be resolved: malformed, undefined, required or circular."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.env import resolver
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context


CODE = resolver.CODE
TITLE = "A reference that cannot be resolved: malformed, undefined, required or circular"
SCOPE = Scope.SCHEMA


def check(context: Context) -> Iterator[Hit]:
    """Find unresolved references: layering has found them on its way."""
    return (Hit.of(finding) for finding in context.resolved.findings if finding.code == CODE)
