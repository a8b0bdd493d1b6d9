"""Env files of services (`env_file:`): layers of those services, which Compose alone reads.

read(situation, environment) -> layers, hits for those that cannot be read
"""

from __future__ import annotations

import os.path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from dockgate.compose.sources import Role
from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.env import env_files, layering
from dockgate.guardrails.hit import Hit
from dockgate.system import regular_file

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.project import Environment
    from dockgate.env.env_files import Layer
    from dockgate.env.schema import Schema
    from dockgate.situation import Situation


def read(situation: Situation, environment: Environment, declared: Schema) -> tuple[tuple[Layer, ...], tuple[Hit, ...]]:
    """Read the env files that an environment's services name, and that are none of its layers."""
    root = situation.project.root
    layers: list[Layer] = []
    unread: list[Hit] = []
    for path, role in situation.sources(environment).local.items():
        shown = os.path.relpath(path, root)
        own = shown in (*environment.layers, environment.local)
        if role not in {Role.VARIABLES, Role.RAW} or own or not path.exists():
            continue  # Compose itself refuses one that is missing and required
        try:
            layers.append(layering.marked(_parsed(path, shown, raw=role is Role.RAW), declared))
        except (ConfigError, OSError, UnicodeDecodeError) as error:
            what = error.what if isinstance(error, ConfigError) else str(error)
            unread.append(Hit(f"could not look into this env file: {what}", "make it a UTF-8 text", Location(shown)))
    return tuple(layers), tuple(unread)


def _parsed(path: Path, shown: str, *, raw: bool) -> Layer:
    layer = env_files.parse(regular_file.read(path).decode("utf-8"), shown, shown)
    if not raw:
        return layer
    literal = tuple(replace(each, interpolate=False) for each in layer.assignments)
    return replace(layer, assignments=literal)
