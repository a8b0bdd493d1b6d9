"""Where stacks run: `protocol.Runtime`, and one package for each kind beside it. Only this module knows which kind.

of(project, target) -> Runtime
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dockgate.core.project import Project
    from dockgate.core.target import Target
    from dockgate.stack.runtimes.protocol import Runtime


def of(project: Project, target: Target) -> Runtime:
    """Return the runtime of a target."""
    from dockgate.stack.runtimes.compose.runtime import Compose  # noqa: PLC0415 - only the kind that is wanted

    return Compose(project, target)
