"""Fetches secrets that live elsewhere: `cmd:NAME`, `file:PATH` and `env:NAME` as the value of a secret variable.

`NAME` of `cmd:` is declared in `[tool.dockgate.providers.NAME]`; `cmd:NAME:ARGUMENT` puts the argument in place of `{}`
in its command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core.errors import ConfigError, DockgateError, MissingToolError, ToolFailedError
from dockgate.core.plan import Command
from dockgate.core.secret import Secret
from dockgate.env import layering, provider_references
from dockgate.env.files import PROVIDERS, Assignment, Layer
from dockgate.secrets import store as secret_store
from dockgate.system import process, regular_file

if TYPE_CHECKING:
    from dockgate.core.project import Environment, Project
    from dockgate.env.resolved import Resolved, ResolvedEnv

# What every provider sees; whatever else it needs is declared.
SEEN = ("PATH", "HOME", "LANG", "LC_ALL", "TZ")
PLACE = "{}"
SECONDS = 30.0


class Provider(Struct, frozen=True):
    """A declared command: argument list, names of variables that it may see, and seconds that it may take."""

    name: str
    command: tuple[str, ...]
    env: tuple[str, ...]
    timeout: float


def resolve(project: Project, environment: Environment, resolved: ResolvedEnv) -> ResolvedEnv:
    """Return the environment with what its references stand for, as a layer of its own on top.

    Secret variables only, and not those of the encrypted store, whose values are literal. A provider that fails is an
    error which says nothing of what it printed.
    """
    wanted = provider_references.of(resolved)
    if not wanted:
        return resolved
    read: dict[str, Secret] = {}
    for each in wanted.values():
        reference = each.reveal()
        if reference not in read:
            read[reference] = _read(project, each, reference)
    fetched = tuple(
        Assignment(name, read[each.reveal()], each.origin, PROVIDERS, interpolate=False)
        for name, each in wanted.items()
    )
    layers = (*resolved.layers, Layer(PROVIDERS, "", fetched))
    return layering.merge(environment, layers, resolved.schema)


def named(project: Project, environment: Environment) -> dict[str, str]:
    """Return the secrets that live elsewhere by name, each with what is asked for it; nothing is asked."""
    resolved = layering.survey(project, environment, secret_store.layer(project, environment, sealed=True))
    said = {name: each.reveal() for name, each in provider_references.of(resolved).items()}
    kinds = {
        name: reference.split(":") for name, reference in said.items() if provider_references.is_reference(reference)
    }
    return {name: f"{kind}:{rest[0]}" if kind == "cmd" else kind for name, (kind, *rest) in kinds.items()}


def fetched(project: Project, environment: Environment) -> dict[str, Secret]:
    """Ask for all secrets that live elsewhere; the error of the first one that fails, which says nothing of it."""
    resolved = layering.survey(project, environment, secret_store.layer(project, environment))
    return given(resolve(project, environment, resolved))


def given(resolved: ResolvedEnv) -> dict[str, Secret]:
    """Return what providers gave."""
    values = {name: each.value for name, each in resolved.values.items() if each.layer == PROVIDERS}
    return {name: value for name, value in values.items() if isinstance(value, Secret)}


def provider(project: Project, name: str) -> Provider:
    """Return a declared provider; ConfigError for one that is declared wrongly."""
    entry = project.table("providers").table(name)
    found = Provider(name, entry.strings("command"), entry.strings("env"), entry.number("timeout", SECONDS))
    entry.done()
    if not found.command:
        raise entry.error("command", "is needed: a list of words", fix='command = ["op", "read", "{}"]')
    return found


def _read(project: Project, each: Resolved, reference: str) -> Secret:
    if wrong := provider_references.fault(reference, tuple(project.table("providers"))):
        raise ConfigError(f"{each.name} {wrong}", where=each.origin)
    kind, _, rest = reference.partition(":")
    try:
        value = {"cmd": _command, "file": _file, "env": _variable}[kind](project, rest)
    except DockgateError as error:
        error.what = f"{each.name}: {error.what}"
        error.where = error.where or each.origin
        raise
    text = value.removesuffix("\n").removesuffix("\r")
    if not text:
        raise ConfigError(f"{each.name}: {kind}: gave nothing", where=each.origin)
    if "\0" in text:
        raise ConfigError(f"{each.name}: {kind}: gave a NUL byte, which no variable can hold", where=each.origin)
    return Secret(text)


def _command(project: Project, rest: str) -> str:
    name, _, argument = rest.partition(":")
    declared = provider(project, name)
    argv = _argv(declared, argument)
    env = {name: project.process[name] for name in (*SEEN, *declared.env) if name in project.process}
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
        raise ToolFailedError(f"provider {name} gave what is not UTF-8") from error


def _argv(declared: Provider, argument: str) -> tuple[str, ...]:
    takes = any(PLACE in word for word in declared.command)
    if takes != bool(argument):
        form = f"cmd:{declared.name}:ARGUMENT" if takes else f"cmd:{declared.name}"
        raise ConfigError(f"provider {declared.name} is used as {form}", fix="{} in its command is the argument")
    if argument.startswith("-"):
        raise ConfigError(f"the argument of provider {declared.name} begins with -, and would be an option")
    return tuple(word.replace(PLACE, argument) for word in declared.command)


def _file(project: Project, rest: str) -> str:
    path = project.root / rest
    try:
        return regular_file.read(path).decode()
    except OSError as error:
        raise ConfigError(f"file: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ConfigError("file: is not UTF-8") from error


def _variable(project: Project, rest: str) -> str:
    if rest not in project.process:
        raise ConfigError("env: names a variable that is not set", fix="export it")
    return project.process[rest]
