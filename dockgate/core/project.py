"""The project: its folder, its configuration and the process environment; nothing else reads `os.environ`."""

from __future__ import annotations

import os
import re
import tomllib
from functools import cache, lru_cache, partial
from pathlib import Path  # noqa: TC003 - the Struct reads the types of its fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from dockgate.core import stages, toml_table, ways_out
from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.core.suggest import near
from dockgate.core.toml_lines import PREFIX
from dockgate.core.toml_table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# What a child process may see of ours: what finds programs, the engine, certificates and the terminal.
CHILD_NAMES = frozenset(
    "PATH HOME USER LOGNAME LANG LC_ALL LC_CTYPE TZ TERM COLUMNS LINES TMPDIR NO_COLOR FORCE_COLOR SSH_AUTH_SOCK "
    "XDG_RUNTIME_DIR XDG_CONFIG_HOME XDG_CACHE_HOME DOCKER_HOST DOCKER_CONTEXT DOCKER_CONFIG DOCKER_CERT_PATH "
    "DOCKER_TLS_VERIFY HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy "
    "SSL_CERT_FILE SSL_CERT_DIR".split()
)

ONE_ENGINE = "compose"  # the runtime where none is named


class Environment(Struct, frozen=True):
    """One environment: its Compose files and env layers (paths relative to the project), and what protects it.

    `directory` is Compose's project directory, which relative paths in its files start from. `runtime` is the kind of
    place where it runs: `compose` on one engine, `swarm` on many.
    """

    name: str
    files: tuple[str, ...]
    layers: tuple[str, ...]
    local: str
    secrets: str
    protected: bool
    endpoints: tuple[str, ...]
    profiles: tuple[str, ...]
    images: Mapping[str, str]
    directory: str = "."
    runtime: str = ONE_ENGINE

    @property
    def is_development(self) -> bool:
        """Whether development defaults apply: it has a local layer, or is called `dev`, `local`, `test` or alike."""
        return not self.protected and (bool(self.local) or self.name in stages.ONE_PERSONS)

    @property
    def last_layer(self) -> str:
        """Return the file for a value of this environment's own, for messages; where it has none, what to add."""
        return self.layers[-1] if self.layers else f'a file (layers = ["env/{self.name}.env"] in its table)'


class Project(Struct, frozen=True):
    """A loaded project; `settings` is `[tool.dockgate]` of `file` whole, for the modules that own its tables.

    `place` is where its state goes instead of into the project, for what is only tried.
    """

    root: Path
    name: str
    environments: Mapping[str, Environment]
    settings: Mapping[str, Any]
    process: Mapping[str, str]
    file: str = "pyproject.toml"
    place: Path | None = None

    def environment(self, name: str, option: str = "--env") -> Environment:
        """Return an environment by name; ConfigError names the near ones, and the option that the name was given by."""
        if name in self.environments:
            return self.environments[name]
        if not self.environments:
            raise ConfigError("no environments are configured", fix=ways_out.NO_ENVIRONMENT.format(self.file))
        known = ", ".join(self.environments)
        what = f"unknown environment {name!r}." if name else f"{option} is required."
        raise ConfigError(what + near(name, self.environments), fix=f"{option}= one of: {known}")

    def table(self, section: str) -> Table:
        """Return `[tool.dockgate.<section>]`, empty if there is none."""
        return Table(self.settings, PREFIX, self.file, self.root).table(section)

    def child_env(self, **extra: str) -> dict[str, str]:
        """Return the scrubbed environment for a child process, with `extra` on top."""
        return {name: value for name, value in self.process.items() if name in CHILD_NAMES} | extra

    @property
    def state(self) -> Path:
        """Return the git-ignored folder for caches, locks and journals; nothing secret is written there."""
        return (self.place or self.root) / STATE


SECTIONS = frozenset(
    "name outside project-directory base images budgets environments "
    "exemptions hooks providers scan release rolling secrets".split()
)
STATE = ".dockgate"
OWN_FILE, SHARED_FILE = "dockgate.toml", "pyproject.toml"
NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")  # what Compose takes as the name of a project


@lru_cache(1)  # the command line is checked against it, then the task loads it
def _parsed(content: bytes) -> dict[str, Any]:
    return tomllib.loads(content.decode())


def process_environment() -> dict[str, str]:
    """Return this process's environment, for what has to work where there is no project; PWD as Compose sets it."""
    return {"PWD": os.getcwd(), **os.environ}  # noqa: PTH109 - a text


def load(start: Path, process: Mapping[str, str] | None = None) -> Project:
    """Load the project around `start`; `process` stands in for `os.environ` in tests.

    ConfigError where there is no project, or where its configuration is wrong.
    """
    root, file, settings = _find(start.resolve())
    table = Table(settings, PREFIX, file, root)
    for key in settings:
        if key not in SECTIONS:
            raise ConfigError(f"[tool.dockgate] has no key {key!r}." + near(key, SECTIONS), where=table.place(key))
    tables = table.table("environments")
    directory = table.string("project-directory")
    real = cache(partial(_real, root))  # environments share files, and each look goes through all folders above
    allowed = tuple(map(real, (".", *table.strings("outside"))))
    environments = {name: _environment(name, tables.table(name), directory) for name in tables}
    for name, environment in environments.items():
        _inside(environment, tables.table(name), real, allowed)
    return Project(
        root=root,
        name=_name(table, root),
        environments=MappingProxyType(environments),
        settings=settings,
        process=MappingProxyType(process_environment() if process is None else dict(process)),
        file=file,
    )


def _find(start: Path) -> tuple[Path, str, Mapping[str, Any]]:
    """Return the nearest folder from `start` upwards that is a project, its configuration's file and settings."""
    for folder in (start, *start.parents):
        for file in (OWN_FILE, SHARED_FILE):
            settings = _settings(folder / file)
            if settings is not None:
                return folder, file, settings
    raise ConfigError(f"no Dockgate project in {start} or a parent folder", fix=ways_out.NO_PROJECT)


def configured(folder: Path) -> str | None:
    """Return the file that makes a folder a project, None where none does."""
    return next((file for file in (OWN_FILE, SHARED_FILE) if _settings(folder / file) is not None), None)


def _settings(path: Path) -> Mapping[str, Any] | None:
    """Return Dockgate's table of a configuration file; None where it has none, or is not there."""
    if not path.is_file():
        return None
    text = path.read_bytes()
    own = path.name == OWN_FILE
    if not own and b"dockgate" not in text:
        return None  # another tool's file is not parsed, whatever is wrong with it
    try:
        document = _parsed(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"not valid TOML: {error}", where=Location(path.name)) from error
    tools = document.get("tool")
    shared = tools.get("dockgate") if isinstance(tools, dict) else None
    if shared is not None and not isinstance(shared, dict):
        raise ConfigError("[tool.dockgate] must be a table", where=Location(path.name))
    if own and shared is not None:
        toml_table.alone(document, "tool", path.name)
    return shared if shared is not None or not own else document


def _real(root: Path, name: str) -> str:
    """Return the path behind a name and its links, which need not exist."""
    try:
        return os.path.realpath(root / name)
    except ValueError as error:
        raise ConfigError(f"[tool.dockgate] {name!r} is not a path: {error}") from error


def _inside(environment: Environment, table: Table, real: Callable[[str], str], allowed: tuple[str, ...]) -> None:
    """Refuse paths that lead out of the project: what is read in a checkout is the checkout's, unless it is allowed."""
    named = {
        "files": environment.files,
        "layers": environment.layers,
        "local": (environment.local,),
        "secrets": (environment.secrets,),
        "directory": (environment.directory,),
    }
    for key, names in named.items():
        for name in filter(None, names):
            place = real(name)
            if not any(os.path.commonpath((place, each)) == each for each in allowed):
                fix = f'if it is meant to be: [tool.dockgate] outside = ["{name.rpartition("/")[0] or name}"]'
                raise table.error(key, f"leads out of the project: {name}", fix=fix)


def normalised(name: str) -> str:
    """Return `name` as Compose makes a project's name of a folder's: lower case, other characters left out.

    Source: compose-go, `loader.NormalizeProjectName`.
    """
    return re.sub(r"[^-_a-z0-9]", "", name.lower()).lstrip("_-")


def _name(table: Table, root: Path) -> str:
    name = table.string("name", normalised(root.name) or "project")
    if not NAME.fullmatch(name):
        raise table.error(
            "name",
            f"{name!r} is not a project name",
            fix="lower-case letters, digits, - and _; a letter or digit first",
        )
    return name


def _environment(name: str, table: Table, directory: str) -> Environment:
    images = table.table("images")
    files = table.strings("files", ("compose/base.yaml", f"compose/{name}.yaml"))
    first = files[0].rpartition("/")[0] if files else ""
    environment = Environment(
        name=name,
        files=files,
        layers=table.strings("layers", ("env/base.env", f"env/{name}.env")),
        local=table.string("local"),
        secrets=table.string("secrets", f"env/{name}.secrets.age"),
        protected=table.boolean("protected"),
        endpoints=table.strings("endpoints", ("local",)),
        profiles=table.strings("profiles"),
        images=MappingProxyType({key: images.string(key) for key in images}),
        directory=directory or first or ".",
        runtime=table.string("runtime", ONE_ENGINE),
    )
    table.table("markers")  # owned by the guardrails
    table.table("swarm")  # owned by the runtime
    table.done()
    return environment
