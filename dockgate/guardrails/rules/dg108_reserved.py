"""DG108: a name in an env file that steers Docker, Compose or Dockgate themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.env.malformed import RESERVED_NAME as CODE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.core.findings import Finding
    from dockgate.env.resolved import ResolvedEnv


def findings(env: ResolvedEnv) -> Iterator[Finding]:
    """Find reserved names: layering has refused them."""
    return (finding for finding in env.findings if finding.code == CODE)
