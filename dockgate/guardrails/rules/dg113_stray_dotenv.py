"""DG113: a `.env` that Compose would pick up by itself.

Compose, run by hand, reads it in every environment, and references in other env files resolve against it first.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from dockgate.core.location import Location
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.core.project import Project
    from dockgate.guardrails.context import Context

CODE = "DG113"
TITLE = "A .env that Compose picks up by itself"
SCOPE = Scope.ENV
NAME = ".env"


def check(context: Context) -> Iterator[Hit]:
    """Look where Compose looks: the project's folder and the folder of the first Compose file."""
    own = {*context.environment.layers, context.environment.local}
    for path in places(context.project):
        if path in context.present and path not in own:
            yield Hit(
                "Compose run by hand reads this file in every environment; Dockgate does not",
                "move its lines to a layer, env/dev.local.env for one, and remove it",
                Location(path),
                severity=context.severity,
            )


def places(project: Project) -> tuple[str, ...]:
    """Return where Compose would find a `.env` of this project."""
    firsts = {environment.files[0] for environment in project.environments.values() if environment.files}
    return tuple(sorted({NAME, *(str(PurePosixPath(file).parent / NAME) for file in firsts)}))
