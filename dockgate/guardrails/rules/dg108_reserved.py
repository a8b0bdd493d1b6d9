"""DG108: a name in an env file that steers Docker, Compose or Dockgate themselves.

`COMPOSE_FILE`, `DOCKER_HOST`, `DOCKGATE_*` and the like in a file would change which stack a command works on. A name
that only begins like one (`DOCKER_HOST_ADDRESS`) is the application's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.env import malformed
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context


CODE = malformed.RESERVED_NAME
TITLE = "A name in an env file that is reserved for Docker, Compose or Dockgate"
SCOPE = Scope.SCHEMA


def check(context: Context) -> Iterator[Hit]:
    """Find reserved names: layering has refused them."""
    return (Hit.of(finding) for finding in context.resolved.findings if finding.code == CODE)
