"""The project: its folder, its configuration and the process environment; nothing else reads `os.environ`."""

from __future__ import annotations

import os
import tomllib
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.core.suggest import near
from dockgate.core.toml_table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# What a child process may see of ours: what finds programs, the engine, certificates and the terminal.
CHILD_NAMES = frozenset(
    "PATH HOME USER LOGNAME LANG LC_ALL LC_CTYPE TZ TERM COLUMNS LINES TMPDIR NO_COLOR FORCE_COLOR SSH_AUTH_SOCK "
    "XDG_RUNTIME_DIR XDG_CONFIG_HOME XDG_CACHE_HOME DOCKER_HOST DOCKER_CONTEXT DOCKER_CONFIG DOCKER_CERT_PATH "
    "DOCKER_TLS_VERIFY HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy "
    "SSL_CERT_FILE SSL_CERT_DIR".split()
)


class Environment(Struct, frozen=True):
    """One environment: its Compose files and env layers (paths relative to the project), and what protects it."""

    name: str
    files: tuple[str, ...]
    layers: tuple[str, ...]
    local: str
    secrets: str
    protected: bool
    endpoints: tuple[str, ...]
    profiles: tuple[str, ...]
    images: Mapping[str, str]


class Project(Struct, frozen=True):
    """A loaded project; `settings` is `[tool.dockgate]` whole, for the modules that own its other tables."""

    root: Path
    name: str
    environments: Mapping[str, Environment]
    settings: Mapping[str, Any]
    process: Mapping[str, str]

    def environment(self, name: str) -> Environment:
        """Return an environment by name; ConfigError names the near ones."""
        if name in self.environments:
            return self.environments[name]
        known = ", ".join(self.environments)
        what = f"no environment {name!r} here." if name else "which environment?"
        raise ConfigError(what + near(name, self.environments), fix=f"--env= one of: {known}")

    def table(self, section: str) -> Table:
        """Return `[tool.dockgate.<section>]`, empty if there is none."""
        return Table(self.settings, "tool.dockgate").table(section)

    def child_env(self, **extra: str) -> dict[str, str]:
        """Return the scrubbed environment for a child process, with `extra` on top."""
        return {name: value for name, value in self.process.items() if name in CHILD_NAMES} | extra

    @property
    def state(self) -> Path:
        """Return the git-ignored folder for caches, locks and journals; nothing secret is written there."""
        return self.root / ".dockgate"


SECTIONS = frozenset("name base images budgets environments exemptions providers scan release secrets".split())


def find_root(start: Path) -> Path:
    """Return the nearest folder from `start` upwards whose pyproject.toml has `[tool.dockgate]`."""
    for folder in (start, *start.parents):
        file = folder / "pyproject.toml"
        if file.is_file() and "[tool.dockgate" in file.read_text(encoding="utf-8", errors="replace"):
            return folder
    raise ConfigError(
        f"no Dockgate project in {start} or above it",
        fix="run it inside a repository whose pyproject.toml has [tool.dockgate]",
    )


def load(start: Path, process: Mapping[str, str] | None = None) -> Project:
    """Load the project around `start`; `process` stands in for `os.environ` in tests."""
    root = find_root(start.resolve())
    try:
        document = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"not valid TOML: {error}", where=Location("pyproject.toml")) from error
    settings = document.get("tool", {}).get("dockgate", {})
    for key in settings:
        if key not in SECTIONS:
            raise ConfigError(
                f"[tool.dockgate] has no key {key!r}." + near(key, SECTIONS), where=Location("pyproject.toml")
            )
    table = Table(settings, "tool.dockgate")
    tables = table.table("environments")
    return Project(
        root=root,
        name=table.string("name", root.name),
        environments=MappingProxyType({name: _environment(name, tables.table(name)) for name in tables}),
        settings=settings,
        process=MappingProxyType(dict(os.environ if process is None else process)),
    )


def _environment(name: str, table: Table) -> Environment:
    images = table.table("images")
    environment = Environment(
        name=name,
        files=table.strings("files", ("compose/base.yaml", f"compose/{name}.yaml")),
        layers=table.strings("layers", ("env/base.env", f"env/{name}.env")),
        local=table.string("local"),
        secrets=table.string("secrets", f"env/{name}.secrets.age"),
        protected=table.boolean("protected"),
        endpoints=table.strings("endpoints", ("local",)),
        profiles=table.strings("profiles"),
        images=MappingProxyType({key: images.string(key) for key in images}),
    )
    table.table("markers")  # owned by the guardrails
    table.done()
    return environment
