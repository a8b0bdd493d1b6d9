"""DG109: a reference that cannot be resolved: malformed, undefined, required or circular."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.env.resolver import CODE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.core.findings import Finding
    from dockgate.env.resolved import ResolvedEnv


def findings(env: ResolvedEnv) -> Iterator[Finding]:
    """Find unresolved references: layering has found them on its way."""
    return (finding for finding in env.findings if finding.code == CODE)
