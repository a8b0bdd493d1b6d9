"""Compose commands as Makefiles, scripts and READMEs have them: which files are used together, and which stand alone.

together(text) -> the files of each command      alone(texts, base) -> files that are never used with the base
beside(texts, base) -> files that are used with it     files(texts), env_files(texts) -> what commands give to Compose
"""

from __future__ import annotations

import re
import shlex
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_WORD = re.compile(r"docker[ -]compose\b|\$[({]?(?:DOCKER_?)?COMPOSE[)}]?|podman[ -]compose\b", re.IGNORECASE)
_END = re.compile(r"&&|\|\||[;|`]")
_FILE = re.compile(r"(?:^|\s)(?:-f|--file)[\s=]+(\S+)")
_ENV_FILE = re.compile(r"(?:^|\s)--env-file[\s=]+(\S+)")
_CONTINUED = re.compile(r"\\\n\s*")
TOLD = frozenset("makefile gnumakefile justfile package.json taskfile.yml taskfile.yaml".split())
_QUOTES = "\"'`,)"


def is_told(name: str) -> bool:
    """Return whether a file is one in which people write down the commands of a repository."""
    path = PurePosixPath(name)
    return path.name.lower() in TOLD or path.suffix in {".sh", ".mk"} or (path.suffix == ".md" and len(path.parts) == 1)


def together(text: str) -> Iterator[tuple[str, ...]]:
    """Yield the files that each command of Compose names, in its order; a command that names none has none."""
    for words in _commands(text):
        if files := tuple(_plain(each) for each in _FILE.findall(words)):
            yield files


def env_files(texts: Iterable[str]) -> frozenset[str]:
    """Return the env files that commands of Compose name, as paths from the repository: `../.env` is its `.env`."""
    named = (_plain(each) for text in texts for words in _commands(text) for each in _ENV_FILE.findall(words))
    return frozenset(
        str(PurePosixPath(*(part for part in PurePosixPath(each).parts if part != ".."))) for each in named
    )


def alone(texts: Iterable[str], base: str) -> frozenset[str]:
    """Return the names of files that commands use, but never together with the base."""
    every = tuple(texts)
    return frozenset(PurePosixPath(file).name for file in files(every)) - beside(every, base)


def beside(texts: Iterable[str], base: str) -> frozenset[str]:
    """Return the names of files that commands use together with the base."""
    name = PurePosixPath(base).name
    used = ({PurePosixPath(file).name for file in named} for text in texts for named in together(text))
    return frozenset(file for named in used if name in named for file in named)


def files(texts: Iterable[str]) -> frozenset[str]:
    """Return the Compose files that commands name, as paths from where they are called."""
    return frozenset(str(PurePosixPath(file)) for text in texts for named in together(text) for file in named)


def _commands(text: str) -> Iterator[str]:
    """Yield what follows each call of Compose, until the command ends."""
    for line in _CONTINUED.sub(" ", text).splitlines():
        for match in _WORD.finditer(line):
            yield _END.split(line[match.end() :], maxsplit=1)[0]


def _plain(word: str) -> str:
    try:
        return shlex.split(word.rstrip(_QUOTES))[0]
    except (ValueError, IndexError):
        return word.strip(_QUOTES)
