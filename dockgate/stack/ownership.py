"""Whose stack it is: two checkouts with one project name would silently replace each other's containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError
from dockgate.core.labels import ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dockgate.core.target import Target
    from dockgate.engine.containers import Container

WORKING_DIR = "com.docker.compose.project.working_dir"


def check(target: Target, containers: Iterable[Container]) -> None:
    """Raise ConfigError where the stack was made by another checkout, or is another environment's."""
    for container in containers:
        folder = container.labels.get(WORKING_DIR, target.root)
        environment = container.labels.get(ENVIRONMENT, target.environment.name)
        if environment != target.environment.name:
            raise ConfigError(
                f"stack {target.project} belongs to environment {environment}",
                fix="set another name in [tool.dockgate]",
            )
        if folder != target.root:
            raise ConfigError(
                f"stack {target.project} belongs to another checkout: {folder}",
                fix=f"work in that folder, or use --instance=NAME to start {target.project}-NAME beside it",
            )
