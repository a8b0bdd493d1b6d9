"""A further environment, made after one that is there: a table, its own files, and its place in the schema. Pure.

addition(project, like, name, texts, ports) -> Addition
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core.errors import ConfigError
from dockgate.core.location import Location

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from dockgate.core.project import Environment

NAME = re.compile(r"[a-z][a-z0-9-]*")
UNPRIVILEGED = range(1024, 2**16)  # ports that need no right of their own (ip_unprivileged_port_start)
BY_HAND = "docs/configuration.md has the keys"


class Ports(Struct, frozen=True):
    """The variables that are ports, and the numbers that environments have taken."""

    names: Collection[str]
    taken: Collection[int]


class Addition(Struct, frozen=True):
    """New text by path: files that are `made`, and files that are `changed`."""

    made: Mapping[str, str]
    changed: Mapping[str, str]


def addition(
    like: Environment, name: str, files: Mapping[str, str], settings: Mapping[str, str], ports: Ports
) -> Addition:
    """Return what makes `name` an environment such as `like`.

    `files` are the texts of the files of `like` by path; those that carry its name get a copy. `settings` are the texts
    of the configuration and, where there is one, of the schema. ConfigError for a name or a configuration that does not
    allow it.
    """
    if not NAME.fullmatch(name):
        raise ConfigError(f"{name!r} cannot be an environment", fix="letters, digits and hyphens, a letter first")
    made = {
        new: _renamed(_moved(text, ports), like.name, name)
        for path, text in files.items()
        if (new := _renamed(path, like.name, name)) != path
    }
    config, *schema = settings
    changed = {config: _configuration(settings[config], config, like.name, name)}
    changed |= {path: _listed(settings[path], like.name, name) for path in schema}
    return Addition(made, {path: text for path, text in changed.items() if text != settings[path]})


def _renamed(text: str, like: str, name: str) -> str:
    """Replace the environment's name where it is a word of its own, however it is capitalised."""

    def other(match: re.Match[str]) -> str:
        return name.capitalize() if match[0][0].isupper() else name

    return re.sub(rf"(?<![A-Za-z0-9]){like}(?![A-Za-z0-9])", other, text, flags=re.IGNORECASE)


def _moved(text: str, ports: Ports) -> str:
    """Give each port that a copied env file sets the next one that no environment has; the first follows the last."""
    taken = set(ports.taken)

    def free(match: re.Match[str]) -> str:
        if match["name"] not in ports.names:
            return match[0]
        numbers = (*range(int(match["port"]) + 1, UNPRIVILEGED.stop), *UNPRIVILEGED)
        number = next(each for each in numbers if each not in taken)
        taken.add(number)
        return f"{match['name']}={number}"

    return re.sub(r"^(?P<name>\w+)=(?P<port>\d{1,5})$", free, text, flags=re.MULTILINE)


def _configuration(text: str, path: str, like: str, name: str) -> str:
    lines = text.splitlines(keepends=True)
    own = [*_tables(lines, like)]
    if not own:
        where = Location(path)
        raise ConfigError(f"has no table for {like} to copy", where=where, fix=f"write it by hand: {BY_HAND}")
    block = "".join(_renamed(lines[number], like, name) for number in own).rstrip("\n")
    end = own[-1] + 1
    while lines[end - 1].strip() == "":
        end -= 1
    new = "".join(lines[:end]).rstrip("\n") + f"\n\n{block}\n" + "".join(lines[end:])
    try:
        tomllib.loads(new)
    except tomllib.TOMLDecodeError as error:
        fix = f"write it by hand: {BY_HAND}"
        raise ConfigError(f"cannot be added to: {error}", where=Location(path), fix=fix) from error
    return new


def _tables(lines: list[str], like: str) -> Iterator[int]:
    """Yield the numbers of the lines of the environment's table and of those below it."""
    header = re.compile(rf'\[(?:tool\.dockgate\.)?environments\.(?:{like}|"{like}")(?:\.[^\]]+)?\]')
    inside = False
    for number, line in enumerate(lines):
        if line.startswith("["):
            inside = bool(header.match(line))
        if inside and not line.startswith("# ----"):
            yield number


def _listed(schema: str, like: str, name: str) -> str:
    """Put the name beside the other's in every list of the schema, excluded where that is excluded."""
    return re.sub(rf'"(!?){like}"', rf'"\1{like}", "\1{name}"', schema)
