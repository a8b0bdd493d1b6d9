"""What rules look at beside variables and models: text files, and why each is looked at."""

from __future__ import annotations

from enum import StrEnum

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
