"""Env files of services (`env_file:`): layers of those services, which Compose alone reads.

read(situation, environment) -> layers, hits for those that cannot be read
named(situation, environment) -> where its Compose files name each
beside(situation, environment) -> production's that no environment names
"""

from __future__ import annotations

import os.path
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from dockgate.compose.sources import Role
from dockgate.core import stages
from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.env import env_files, layering
from dockgate.guardrails.hit import Hit
from dockgate.system import regular_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dockgate.core.project import Environment
    from dockgate.env.env_files import Layer
    from dockgate.env.schema import Schema
    from dockgate.situation import Situation


READ = frozenset({Role.VARIABLES, Role.RAW, Role.PROJECT})


def read(situation: Situation, environment: Environment, declared: Schema) -> tuple[tuple[Layer, ...], tuple[Hit, ...]]:
    """Read the env files that an environment's services name, and that are none of its layers."""
    root = situation.project.root
    layers: list[Layer] = []
    unread: list[Hit] = []
    for path, role in situation.sources(environment).local.items():
        shown = os.path.relpath(path, root)
        own = shown in (*environment.layers, environment.local)
        if role not in READ or own or not path.exists():
            continue  # Compose itself refuses one that is missing and required
        try:
            layers.append(layering.marked(_parsed(path, shown, raw=role is Role.RAW), declared))
        except (ConfigError, OSError, UnicodeDecodeError) as error:
            what = error.what if isinstance(error, ConfigError) else str(error)
            unread.append(Hit(f"could not look into this env file: {what}", "make it a UTF-8 text", Location(shown)))
    return tuple(layers), tuple(unread)


def named(situation: Situation, environment: Environment) -> dict[str, Location]:
    """Return where the Compose files of an environment name each env file first."""
    root = situation.project.root
    places: dict[str, Location] = {}
    for each in situation.sources(environment).named:
        place = Location(os.path.relpath(each.path, root), each.line)
        places.setdefault(os.path.relpath(each.target, root), place)
    return places


def beside(situation: Situation, environment: Environment) -> tuple[Path, ...]:
    """Return env files whose names say production and that no environment reads, where this one is to have none.

    They lie in the project's folders of those that are read, or in their neighbours: a copy of one may be among those.
    """
    if environment.protected:
        return ()
    root = situation.project.root
    known = {os.path.realpath(path) for path in _known(situation)}
    folders = {folder for path in known if (folder := Path(path).parent).is_relative_to(root)} | {root}
    near = (each for folder in folders - {root} for each in _entries(folder.parent) if each.is_dir())
    folders |= {each for each in near if stages.of_env_file(each.name) == stages.PROD}
    return tuple(
        path
        for path in sorted(each for folder in folders for each in _entries(folder))
        if _is_productions(os.path.relpath(path, root)) and path.is_file() and os.path.realpath(path) not in known
    )


def laid(root: Path, paths: Iterable[Path]) -> tuple[Layer, ...]:
    """Read env files that nothing names; one that is none says nothing."""
    layers = []
    for path in paths:
        with suppress(ConfigError, OSError, UnicodeDecodeError):
            layers.append(_parsed(path, os.path.relpath(path, root), raw=True))
    return tuple(layers)


def _known(situation: Situation) -> Iterator[Path]:
    for each in situation.project.environments.values():
        yield from (situation.project.root / name for name in (*each.layers, each.local) if name)
        yield from situation.sources(each).of(*READ)


def _is_productions(path: str) -> bool:
    return stages.of_env_file(path) == stages.PROD and stages.is_env_file(path)


def _entries(folder: Path) -> tuple[Path, ...]:
    try:
        return tuple(folder.iterdir())
    except OSError:
        return ()


def _parsed(path: Path, shown: str, *, raw: bool) -> Layer:
    layer = env_files.parse(regular_file.read(path).decode(), shown, shown)
    if not raw:
        return layer
    literal = tuple(replace(each, interpolate=False) for each in layer.assignments)
    return replace(layer, assignments=literal)
