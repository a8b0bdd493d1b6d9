"""Whose stack it is: two checkouts with one project name would silently replace each other's containers."""

from __future__ import annotations

import os.path
from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError
from dockgate.core.labels import CHECKOUT, ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dockgate.core.target import Target
    from dockgate.engine.containers import Container

# Of a container without our label, such as one that Compose made by hand.
WORKING_DIR = "com.docker.compose.project.working_dir"


def check(target: Target, containers: Iterable[Container]) -> None:
    """Raise ConfigError where the stack was made by another checkout, or is another environment's."""
    for container in containers:
        folder = _made_in(target, container)
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


def _made_in(target: Target, container: Container) -> str:
    """Return the checkout that a container was made in; Compose's own label names the folder of the files."""
    if checkout := container.labels.get(CHECKOUT):
        return checkout
    folder = container.labels.get(WORKING_DIR, target.root)
    return target.root if folder == os.path.normpath(f"{target.root}/{target.environment.directory}") else folder
