"""What rules look at beside variables and models: text files, and what git says."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """Why a file is looked at."""

    LAYER = "env file"
    DOCKERFILE = "Dockerfile"
    MOUNTED = "mounted file"
    COMMITTED = "committed file"


@dataclass(frozen=True, slots=True)
class TextFile:
    """A text file: path in the project, content, why it is looked at, and the service that uses it."""

    path: str
    text: str = field(repr=False)
    kind: Kind
    service: str = ""
    mode: int = 0o644


@dataclass(frozen=True, slots=True)
class Git:
    """What git says about the project: tracked paths, and paths with uncommitted changes; None outside a repository."""

    tracked: frozenset[str] = frozenset()
    dirty: tuple[str, ...] = ()
