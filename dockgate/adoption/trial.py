"""A project that no configuration describes: Compose files as they are named on the command line, to be tried.

project(root, files, env_files, place) -> Project       everything that is remembered of it goes to `place`
"""

from __future__ import annotations

import os.path
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING

from dockgate.adoption.discovery import kind
from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.core.project import Environment, Project, normalised, process_environment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

DOTENV = ".env"


def project(root: Path, files: Sequence[str], env_files: Sequence[str], place: Path) -> Project:
    """Return a project of one environment: development, or what the files' names say; ConfigError for a missing file.

    As with Compose, `.env` beside the first file is read where no env file is given.
    """
    shown = [os.path.relpath(root / name, root) for name in files]
    layers = [os.path.relpath(root / name, root) for name in env_files]
    for name in (*shown, *layers):
        if not (root / name).is_file():
            raise ConfigError("does not exist", where=Location(name), fix="name a file that is there")
    folder = str(PurePosixPath(shown[0]).parent)
    dotenv = os.path.normpath(os.path.join(folder, DOTENV))  # noqa: PTH118 - paths relative to the project are texts
    usual = (dotenv,) if not env_files and (root / dotenv).is_file() else ()
    name = next((found for file in reversed(shown) if (found := kind(PurePosixPath(file).name))), "dev")
    environment = Environment(
        name=name,
        files=tuple(shown),
        layers=tuple(layers) or usual,
        local="",
        secrets="",
        protected=name == "prod",
        endpoints=("local",),
        profiles=(),
        images={},
        directory=folder,
    )
    kept = {"XDG_CONFIG_HOME": str(place / "config"), "XDG_CACHE_HOME": str(place / "cache")}
    return Project(
        root=root,
        name=normalised(root.name) or "project",
        environments=MappingProxyType({name: environment}),
        settings=MappingProxyType({}),
        process=MappingProxyType(process_environment() | kept),
        place=place,
    )
