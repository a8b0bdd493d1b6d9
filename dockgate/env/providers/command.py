"""`cmd:NAME` and `cmd:NAME:ARGUMENT`: what a program prints that `[tool.dockgate.providers.NAME]` declares.

The argument takes the place of `{}` in its command; there is no shell.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core.errors import ConfigError, MissingToolError, ToolFailedError
from dockgate.core.plan import Command
from dockgate.core.suggest import near

if TYPE_CHECKING:
    from collections.abc import Collection

    from dockgate.core.project import Project

FORM = re.compile(r"\w[\w.-]*(?::\S(?:.*\S)?)?")
HINT = "the name of a declared provider, and :ARGUMENT where it takes one"
USAGE = "cmd:NAME (declared in [tool.dockgate.providers.NAME])"
LOCAL = False
# What every program sees; whatever else it needs is declared.
SEEN = ("PATH", "HOME", "LANG", "LC_ALL", "TZ")
PLACE = "{}"
SECONDS = 30.0  # chosen: a person may have to confirm on a device


class Program(Struct, frozen=True):
    """A declared command: argument list, names of variables that it may see, and seconds that it may take."""

    name: str
    command: tuple[str, ...]
    env: tuple[str, ...]
    timeout: float


def program(project: Project, name: str) -> Program:
    """Return a declared program; ConfigError for one that is declared wrongly."""
    entry = project.table("providers").table(name)
    found = Program(name, entry.strings("command"), entry.strings("env"), entry.number("timeout", SECONDS))
    entry.done()
    if not found.command:
        raise entry.error("command", "is needed: a list of words", fix='command = ["op", "read", "{}"]')
    return found


def fault(rest: str, declared: Collection[str]) -> str:
    """Return that the program is not declared, with near names of those that are."""
    name = rest.partition(":")[0]
    return "" if name in declared else "starts with cmd: but names no declared provider." + near(name, declared)


def shown(rest: str) -> str:
    """Return the program's name: the argument is between the project and the program."""
    return rest.partition(":")[0]


def fetch(project: Project, rest: str) -> str:
    """Return what the program prints; an error says nothing of it."""
    name, _, argument = rest.partition(":")
    declared = program(project, name)
    argv = _argv(declared, argument)
    env = {name: project.process[name] for name in (*SEEN, *declared.env) if name in project.process}
    from dockgate.system import process  # noqa: PLC0415 - the forms of references are asked for much more often

    try:
        result = process.run(Command(argv, env, project.root, declared.timeout), check=False)
    except MissingToolError as error:
        raise ConfigError(f"provider {name}: {error.what}") from error
    if result.code != 0:
        # Its output may hold part of a secret, so the way to see it is to run it oneself.
        raise ToolFailedError(f"provider {name} exited {result.code}", fix=f"run it by hand: {Command(argv)}")
    try:
        return result.stdout.decode()
    except UnicodeDecodeError as error:
        raise ToolFailedError(f"provider {name} returned text that is not UTF-8") from error


def _argv(declared: Program, argument: str) -> tuple[str, ...]:
    takes = any(PLACE in word for word in declared.command)
    if takes != bool(argument):
        form = f"cmd:{declared.name}:ARGUMENT" if takes else f"cmd:{declared.name}"
        raise ConfigError(
            f"provider {declared.name} is used as {form}", fix="{} in its command stands for the argument"
        )
    if argument.startswith("-"):
        raise ConfigError(f"the argument of provider {declared.name} starts with - and would be read as an option")
    return tuple(word.replace(PLACE, argument) for word in declared.command)
