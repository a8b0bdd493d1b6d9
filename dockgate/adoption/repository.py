"""Looks at a repository that may be adopted, and writes its configuration: only files that are not there yet.

look(root) -> Adoption        what is there, and what follows from it
write(adoption) -> paths      the files that were made
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dotenv import dotenv_values
from msgspec import Struct

from dockgate.adoption import discovery, draft, inference
from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.core.project import OWN_FILE, configured
from dockgate.env import env_files
from dockgate.env.variable import PATH as SCHEMA
from dockgate.system import atomic_file, regular_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockgate.adoption.draft import Plan

DEEPEST = 2  # folders below the root in which people keep Compose and env files
SKIPPED = frozenset({".git", "node_modules", "vendor", ".venv", "venv", ".tox", "__pycache__", ".dockgate"})
READABLE = 0o644  # as git checks a file out


class Adoption(Struct, frozen=True):
    """A repository, the plan for it, and the files to be made: text by path."""

    root: Path
    plan: Plan
    files: Mapping[str, str]


def look(root: Path) -> Adoption:
    """Return what adopting a repository means; ConfigError where it has no Compose file."""
    names = [*_names(root)]
    found = discovery.find(names)
    if not found.compose:
        looked = ", ".join(discovery.BASES)
        raise ConfigError(f"no Compose file in {root}", fix=f"run it where one of these is: {looked}")
    plan = draft.plan(found, _dotenv(root / ".env"), root.name, _declared(root, found.base))
    files = {}
    if configured(root) is None:
        files[OWN_FILE] = draft.configuration(plan)
    if SCHEMA not in names:
        files[SCHEMA] = inference.schema(_uses(root, plan), {each.name: each.files for each in plan.environments})
    return Adoption(root, plan, files)


def write(adoption: Adoption) -> tuple[str, ...]:
    """Write the files that are not there; what appeared in the meantime stays as it is."""
    made = [
        path
        for path, text in adoption.files.items()
        if atomic_file.create(adoption.root / path, text.encode(), READABLE)
    ]
    return tuple(made)


def _names(root: Path) -> Iterator[str]:
    for folder, folders, files in os.walk(root):
        inside = Path(folder).relative_to(root)
        folders[:] = sorted(each for each in folders if each not in SKIPPED and len(inside.parts) < DEEPEST)
        yield from ((inside / name).as_posix() for name in sorted(files))


def _dotenv(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    values = dotenv_values(path, interpolate=False, encoding="utf-8")
    return {name: value for name, value in values.items() if value is not None}


def _declared(root: Path, base: str) -> str:
    """Return the `name:` of the base file, empty where it has none or cannot be read: Compose says why."""
    import yaml  # noqa: PLC0415 - only here

    try:
        document: Any = yaml.safe_load(_text(root, base)) if base else None
    except yaml.YAMLError:
        return ""
    name = document.get("name", "") if isinstance(document, dict) else ""
    return name if isinstance(name, str) and "$" not in name else ""


def _uses(root: Path, plan: Plan) -> dict[str, inference.Use]:
    texts = {path: _text(root, path) for each in plan.environments for path in each.files}
    paths = dict.fromkeys(path for each in plan.environments for path in each.layers)
    return inference.infer(texts, {path: env_files.read(root, path, path).assignments for path in paths})


def _text(root: Path, path: str) -> str:
    try:
        return regular_file.read(root / path).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot be read: {error}", where=Location(path), fix="write it as UTF-8 text") from error
