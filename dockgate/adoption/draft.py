"""The configuration that fits what was found: environments, their files and layers, and what protects them. Pure."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from dockgate.adoption.discovery import KINDS, kind
from dockgate.core import stages
from dockgate.core.project import normalised

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from dockgate.adoption.discovery import ComposeFile, Found

SEPARATOR, CHOSEN_FILES = "COMPOSE_PATH_SEPARATOR", "COMPOSE_FILE"
DOTENV = ".env"
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


class Habits(Struct, frozen=True):
    """What the files themselves, and the commands that people wrote down, say beside their names.

    `name` is the one in the base file; what is `alone` is never used with the base; each service of what is `whole`
    says what it runs; `env_files` are those that commands give to Compose.
    """

    name: str = ""
    alone: Collection[str] = frozenset()
    whole: Collection[str] = frozenset()
    env_files: Collection[str] = frozenset()


NO_HABITS = Habits()


def plan(found: Found, dotenv: Mapping[str, str], folder: str, habits: Habits = NO_HABITS) -> Plan:
    """Return the environments for the files that were found; `dotenv` has the values of `.env`, as Compose obeys it."""
    drafts = [*_drafts(found, dotenv, habits)]
    if all(each.name != "dev" for each in drafts):
        free = [each for each in found.compose if not kind(each.name) and (not drafts or each.path in habits.whole)]
        drafts = [*_guessed(found, free, habits), *drafts]
    used = {file for each in drafts for file in each.files}
    name = normalised(dotenv.get("COMPOSE_PROJECT_NAME") or habits.name or folder) or "project"
    return Plan(name, tuple(drafts), tuple(each.path for each in found.compose if each.path not in used))


def _drafts(found: Found, dotenv: Mapping[str, str], habits: Habits) -> Iterator[Draft]:
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
        apart = any(path in habits.alone for path in own)
        files = chosen or (*(() if apart else base), *own)
        usual = base and (not own or own[0] in found.overrides)
        why = APART if apart else "what docker compose up takes" if usual else files[-1]
        layers = _layers(found, "dev", files, {DOTENV} if chosen else habits.env_files)
        yield Draft("dev", files, layers, profiles=profiles, why=CHOSEN if chosen else why)
    for name in ("test", "staging", "prod"):
        for path in by_kind[name][:1]:
            files = (path,) if path in habits.alone else (*base, path)
            layers = _layers(found, name, files, habits.env_files)
            yield Draft(name, files, layers, protected=name == "prod", profiles=profiles, why=path)


def _guessed(found: Found, free: Iterable[ComposeFile], habits: Habits) -> Iterator[Draft]:
    """Yield development where no name says anything: the file that is called the main one, else the first."""
    for path in [each.path for each in sorted(free, key=lambda each: not stages.words(each.name) & MAIN)][:1]:
        yield Draft("dev", (path,), _layers(found, "dev", (path,), habits.env_files), why=GUESSED)


def _layers(found: Found, name: str, files: Sequence[str], given: Collection[str]) -> tuple[str, ...]:
    """Return the env files of an environment: the `.env` of the project directory, as Compose has it, then its own.

    The repository's `.env` is one of a Compose file in a folder where it is `given` to Compose; that one decides then.
    """
    near = str(PurePosixPath(files[0]).parent / DOTENV)
    known = {path for path, _ in found.env}
    common = [path for path in dict.fromkeys((near, DOTENV)) if path in known and (path == near or path in given)]
    own = [path for path, says in found.env if says and kind(says) == name]
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
