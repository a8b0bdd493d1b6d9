"""DG403: a stack of another environment under the same project name.

Compose would replace or remove its containers. Only engines that DG401 and DG402 allow are asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.labels import ENVIRONMENT
from dockgate.core.location import Location
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG403"
TITLE = "A stack of another environment under this project name"
SCOPE = Scope.TARGET


def check(context: Context) -> Iterator[Hit]:
    """Look at the labels of the containers that carry this project's name."""
    owners = {labels.get(ENVIRONMENT, "") for labels in context.stack_labels} - {context.environment.name}
    for owner in sorted(owners):
        whose = f"a stack of {owner}" if owner else "containers that Dockgate did not make"
        yield Hit(
            f"project {context.target.project if context.target else ''} already has {whose}",
            "docker compose -p <project> down removes them; or change name in [tool.dockgate]",
            Location(context.project.file),
        )
