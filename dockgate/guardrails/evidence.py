"""What rules look at beside variables and models: text files, and what git says."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from dockgate.core.redacted import Redacted


class Kind(StrEnum):
    """Why a file is looked at."""

    LAYER = "env file"
    DOCKERFILE = "Dockerfile"
    MOUNTED = "mounted file"
    COMMITTED = "committed file"
    COPIED = "file of an image"


class TextFile(Redacted, frozen=True):
    """A text file: path in the project, content, why it is looked at, and the service that uses it."""

    unshown = frozenset({"text"})

    path: str
    text: str
    kind: Kind
    service: str = ""
    mode: int = 0o644


class Git(Struct, frozen=True):
    """What git says about the project: tracked paths, and paths with uncommitted changes; None outside a repository."""

    tracked: frozenset[str] = frozenset()
    dirty: tuple[str, ...] = ()
