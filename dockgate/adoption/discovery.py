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
from dockgate.system import sample_file

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

# In the order in which Compose looks for them (docs.docker.com, "The Compose file").
BASES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
FOLDERS = ("", "compose", "docker", "deploy", "deployment", "deployments", "infra", "ops")
_COMPOSE = re.compile(r"(?:docker-)?compose(?:[._-](?P<name>[\w.-]+?))?\.ya?ml|(?P<other>[\w-]+)\.compose\.ya?ml")
_ENV = re.compile(r"\.env(?:\.(?P<name>[\w-]+))?|\.?(?P<other>[\w-]+)\.env")
# Folders whose Compose files are of something else than the repository's own stack.
_ASIDE = (
    frozenset("example examples sample samples demo doc docs benchmark benchmarks fixtures tools".split()) | stages.TEST
)
OVERRIDE = "override"
# What stands on a base is development's, what is deployed production's; in this order: `dev.test` is development.
KINDS = {
    "dev": stages.DEVELOPMENT | {OVERRIDE},
    "prod": stages.PRODUCTION | {"deploy", "release"},
    "test": stages.TEST,
    "staging": stages.STAGING,
}


class ComposeFile(Struct, frozen=True):
    """A Compose file; `name` is what its file name, or its folder's, says beside `compose`, empty for a base."""

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


def find(names: Iterable[str], used: Collection[str] = ()) -> Found:
    """Return the Compose and env files among `names`; samples are left out.

    What commands have `used` as one counts as well, whatever it is called: beside the others, or where there are none.
    """
    paths = [PurePosixPath(name) for name in sorted(names)]
    by_folder: dict[str, list[ComposeFile]] = {}
    for path in paths:
        if (name := _compose_name(path)) is not None:
            by_folder.setdefault(str(path.parent), []).append(ComposeFile(str(path), name))
    usual = (by_folder.get(folder or ".") for folder in FOLDERS)
    others = [ComposeFile(str(path), path.stem) for path in paths if str(path) in used]
    called = next(filter(None, usual), None) or _deeper(by_folder)
    beside = {".", *(_folder(each.path) for each in called)}
    odd = [each for each in others if _folder(each.path) in beside and not _is_compose(PurePosixPath(each.path))]
    compose = [*called, *odd] if called else others
    near = {".", "env", "envs", "config", *(_folder(each.path) for each in compose)}
    named = ((path, _env_name(path)) for path in paths if str(path.parent) in near)
    env = tuple((str(path), name) for path, name in named if name is not None)
    return Found(tuple(sorted(compose, key=_rank)), env)


def _folder(path: str) -> str:
    return str(PurePosixPath(path).parent)


def folders(names: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the folders that have Compose files, wherever they are: those of the repository's stack, and others."""
    every = sorted({str(path.parent) for path in map(PurePosixPath, names) if _is_compose(path)})
    own = tuple(folder for folder in every if not _is_aside(folder))
    return own, tuple(folder for folder in every if folder not in own)


def samples(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the samples of Compose files, nearest first, and what each is copied to."""
    for path in sorted(map(PurePosixPath, names), key=lambda each: (len(each.parts), each)):
        name = sample_file.meant(path.name)
        if name != path.name and _COMPOSE.fullmatch(name):
            yield str(path), str(path.with_name(name))


def _deeper(by_folder: Mapping[str, Sequence[ComposeFile]]) -> Sequence[ComposeFile]:
    """Return the files of folders called after environments (`docker/dev`, `docker/prod`), else of the only folder."""
    staged = [folder for folder in by_folder if kind(PurePosixPath(folder).name)]
    parents = {PurePosixPath(folder).parent for folder in staged}
    if len(staged) > 1 and len(parents) == 1:
        return [
            ComposeFile(each.path, PurePosixPath(folder).name)
            for folder in staged
            for each in by_folder[folder]
            if not each.name
        ]
    own = [folder for folder in by_folder if not _is_aside(folder)]
    return by_folder[own[0]] if len(own) == 1 else ()


def _is_aside(folder: str) -> bool:
    parts = PurePosixPath(folder).parts
    hidden = any(part.startswith(".") and part[1:] not in FOLDERS for part in parts)
    return hidden or any(stages.words(part) & _ASIDE for part in parts)


def kind(name: str) -> str:
    """Return the environment that a file's name says (`dev`, `prod`, `test`, `staging`), empty where it says none."""
    return next((found for found, known in KINDS.items() if stages.words(name) & known), "")


def _rank(file: ComposeFile) -> tuple[int, bool, int, str]:
    """Order the files: a base, the override that Compose takes by itself, then what says least but its environment."""
    name = PurePosixPath(file.path).name
    beside = stages.words(file.name) - KINDS.get(kind(file.name), frozenset())
    return (BASES.index(name) if name in BASES else len(BASES), file.name != OVERRIDE, len(beside), file.path)


def _is_compose(path: PurePosixPath) -> bool:
    return _compose_name(path) is not None


def _compose_name(path: PurePosixPath) -> str | None:
    """Return what the name of a Compose file says beside `compose`; None for a sample, and for any other file."""
    return None if SAMPLE.search(path.stem) else _said(_COMPOSE.fullmatch(path.name))


def _env_name(path: PurePosixPath) -> str | None:
    """Return what the name of an env file says beside `env`; None for a sample, and for any other file."""
    return None if SAMPLE.search(path.name) else _said(_ENV.fullmatch(path.name))


def _said(match: re.Match[str] | None) -> str | None:
    return (match["name"] or match["other"] or "") if match else None
