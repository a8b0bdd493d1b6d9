"""DG109: a reference that cannot be resolved: malformed, undefined, required or circular.

`${NAME}` and its forms are resolved once, against the merged layers. A secret that begins with `cmd:`, `file:` or
`env:` and is not a reference to a provider counts as well ([secrets.md](secrets.md#secrets-that-live-elsewhere)). A
reference to a provider that a value in the encrypted store hides is a warning.
"""

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
