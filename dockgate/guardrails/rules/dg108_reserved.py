"""DG108: a name in an env file that steers Docker, Compose or Dockgate themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.env import malformed
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context


CODE = malformed.RESERVED_NAME
TITLE = "A name in an env file that steers Docker, Compose or Dockgate themselves"
SCOPE = Scope.SCHEMA


def check(context: Context) -> Iterator[Hit]:
    """Find reserved names: layering has refused them."""
    return (Hit.of(finding) for finding in context.resolved.findings if finding.code == CODE)
