"""The configuration that fits what was found: environments, their files and layers, and what protects them. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from dockgate.adoption.discovery import KINDS, kind
from dockgate.core import stages
from dockgate.core.project import NAME, normalised

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from dockgate.adoption.discovery import Found

SEPARATOR, CHOSEN_FILES = "COMPOSE_PATH_SEPARATOR", "COMPOSE_FILE"
CHOSEN, APART = "COMPOSE_FILE in .env", "commands of this repository use it alone"


MAIN = frozenset({"main", "base", "app", "common", "core"})
SAID = "as you said"
GUESSED = "no name says which one is development's: correct it where it is another"


class Draft(Struct, frozen=True):
    """One environment to be: as a table of the configuration, and in words why."""

    name: str
    files: tuple[str, ...]
    layers: tuple[str, ...] = ()
    protected: bool = False
    profiles: tuple[str, ...] = ()
    why: str = ""


class Plan(Struct, frozen=True):
    """What `init` would write; `left` are Compose files that belong to no environment as far as names show."""

    name: str
    environments: tuple[Draft, ...]
    left: tuple[str, ...] = ()


def plan(found: Found, dotenv: Mapping[str, str], folder: str, declared: str = "", alone: Collection[str] = ()) -> Plan:
    """Return the environments for the files that were found.

    `dotenv` has the values of `.env`, whose COMPOSE_* names Compose obeys; `declared` is `name:` of the base file. What
    is `alone` is not put on the base.
    """
    drafts = [*_drafts(found, dotenv, alone)] or [*_only(found)]
    used = {file for each in drafts for file in each.files}
    name = dotenv.get("COMPOSE_PROJECT_NAME") or declared or folder
    name = normalised(name) or "project"
    if not NAME.fullmatch(name):
        name = "project"
    return Plan(name, tuple(drafts), tuple(each.path for each in found.compose if each.path not in used))


def _drafts(found: Found, dotenv: Mapping[str, str], alone: Collection[str]) -> Iterator[Draft]:
    """Yield the environments: development first, then what the files are called after."""
    by_kind: dict[str, list[str]] = {name: [] for name in KINDS}
    for file in found.compose:
        if file.name and (group := kind(file.name)):
            by_kind[group].append(file.path)
    chosen = tuple(filter(None, dotenv.get(CHOSEN_FILES, "").split(dotenv.get(SEPARATOR) or ":")))
    base = (found.base,) if found.base else ()
    profiles = tuple(filter(None, dotenv.get("COMPOSE_PROFILES", "").split(",")))
    own = by_kind["dev"][:1]
    if chosen or base or own:
        apart = any(path in alone for path in own)
        files = chosen or (*(() if apart else base), *own)
        usual = base and (not own or own[0] in found.overrides)
        why = APART if apart else "what docker compose up takes" if usual else files[-1]
        yield Draft("dev", files, _layers(found, "dev"), profiles=profiles, why=CHOSEN if chosen else why)
    for name in ("test", "staging", "prod"):
        for path in by_kind[name][:1]:
            files = (path,) if path in alone else (*base, path)
            yield Draft(name, files, _layers(found, name), protected=name == "prod", profiles=profiles, why=path)


def _only(found: Found) -> Iterator[Draft]:
    """Yield development where no name says anything: the file that is called the main one, else the first."""
    files = sorted(found.compose, key=lambda each: not stages.words(each.name) & MAIN)
    for path in (each.path for each in files[:1]):
        yield Draft("dev", (path,), _layers(found, "dev"), why=GUESSED)


def _layers(found: Found, name: str) -> tuple[str, ...]:
    common = [path for path, says in found.env if path == ".env"]
    own = [path for path, says in found.env if path != ".env" and says and kind(says) == name]
    return (*common, *own)


def with_development(made: Plan, path: str) -> Plan:
    """Return a plan in which another one of the files that are left is development's."""
    own = tuple(replace(each, files=(path,), why=SAID) if each.why == GUESSED else each for each in made.environments)
    files = (*(file for each in made.environments if each.why == GUESSED for file in each.files), *made.left)
    return replace(made, environments=own, left=tuple(file for file in files if file != path))


def with_protected(made: Plan, names: Collection[str]) -> Plan:
    """Return a plan in which these environments are protected, too."""
    own = (replace(each, protected=each.protected or each.name in names) for each in made.environments)
    return replace(made, environments=tuple(own))


def configuration(made: Plan) -> str:
    """Return the text of dockgate.toml."""
    lines = [
        "# Written by dockgate init; docs/configuration.md lists every key.",
        f"name = {json.dumps(made.name)}",
        "",
    ]
    for each in made.environments:
        lines.append(f"[environments.{each.name}]  # {each.why}")
        lines.append(f"files = {json.dumps(list(each.files))}")
        lines.append(f"layers = {json.dumps(list(each.layers))}")
        if each.profiles:
            lines.append(f"profiles = {json.dumps(list(each.profiles))}")
        if each.protected:
            lines.append("protected = true")
        lines.append("")
    return "\n".join(lines)
