"""The Compose and env files of a repository, by the conventions that people follow; only names are looked at here.

find(names) -> Found        `names` are paths relative to the repository
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core import stages
from dockgate.core.stages import SAMPLE

if TYPE_CHECKING:
    from collections.abc import Iterable

# In the order in which Compose looks for them (docs.docker.com, "The Compose file").
BASES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
FOLDERS = ("", "compose", "docker", "deploy", "deployment", "deployments", "infra", "ops")
_COMPOSE = re.compile(r"(?:docker-)?compose(?:[._-](?P<name>[\w.-]+?))?\.ya?ml|(?P<other>[\w-]+)\.compose\.ya?ml")
_ENV = re.compile(r"\.env(?:\.(?P<name>[\w-]+))?|\.?(?P<other>[\w-]+)\.env")
OVERRIDE = "override"
# What stands on a base is development's, what is deployed production's; in this order: `dev.test` is development.
KINDS = {
    "dev": stages.DEVELOPMENT | {OVERRIDE},
    "prod": stages.PRODUCTION | {"deploy", "release"},
    "test": stages.TEST,
    "staging": stages.STAGING,
}


class ComposeFile(Struct, frozen=True):
    """A Compose file; `name` is what its file name says beside `compose`, empty for a base."""

    path: str
    name: str = ""


class Found(Struct, frozen=True):
    """What there is: Compose files of one folder, the nearest to the root, and env files by the name in theirs."""

    compose: tuple[ComposeFile, ...]
    env: tuple[tuple[str, str], ...]

    @property
    def overrides(self) -> tuple[str, ...]:
        """Return the files that Compose puts on the base by itself."""
        return tuple(each.path for each in self.compose if each.name == OVERRIDE)

    @property
    def base(self) -> str:
        """Return the base file, empty where each file stands alone."""
        return next((each.path for each in self.compose if not each.name), "")


def find(names: Iterable[str]) -> Found:
    """Return the Compose and env files among `names`; samples are left out."""
    paths = [PurePosixPath(name) for name in sorted(names)]
    by_folder = [
        tuple(_compose(path) for path in paths if str(path.parent) in {folder, folder or "."} and _is_compose(path))
        for folder in FOLDERS
    ]
    compose = next((found for found in by_folder if found), ())
    near = {".", "env", "envs", "config", *(str(PurePosixPath(each.path).parent) for each in compose)}
    env = tuple((str(path), _env_name(path)) for path in paths if str(path.parent) in near and _is_env(path))
    return Found(tuple(sorted(compose, key=_rank)), env)


def folders(names: Iterable[str]) -> tuple[str, ...]:
    """Return the folders that have Compose files, wherever they are."""
    return tuple(sorted({str(path.parent) for path in map(PurePosixPath, names) if _is_compose(path)}))


def kind(name: str) -> str:
    """Return the environment that a file's name says (`dev`, `prod`, `test`, `staging`), empty where it says none."""
    return next((found for found, known in KINDS.items() if stages.words(name) & known), "")


def _rank(file: ComposeFile) -> tuple[int, bool, int, str]:
    """Order the files: a base, the override that Compose takes by itself, then what says least but its environment."""
    name = PurePosixPath(file.path).name
    beside = stages.words(file.name) - KINDS.get(kind(file.name), frozenset())
    return (BASES.index(name) if name in BASES else len(BASES), file.name != OVERRIDE, len(beside), file.path)


def _is_compose(path: PurePosixPath) -> bool:
    return bool(_COMPOSE.fullmatch(path.name)) and not SAMPLE.search(path.stem)


def _compose(path: PurePosixPath) -> ComposeFile:
    match = _COMPOSE.fullmatch(path.name)
    return ComposeFile(str(path), (match["name"] or match["other"] or "") if match else "")


def _is_env(path: PurePosixPath) -> bool:
    return bool(_ENV.fullmatch(path.name)) and not SAMPLE.search(path.name)


def _env_name(path: PurePosixPath) -> str:
    match = _ENV.fullmatch(path.name)
    return (match["name"] or match["other"] or "") if match else ""
