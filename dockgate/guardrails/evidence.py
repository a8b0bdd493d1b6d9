"""What rules look at beside variables and models: text files, and why each is looked at."""

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
    BUILT = "file of a built image"
    SENT = "file that a build reads"
    BUILD_SECRET = "secret of a build"  # noqa: S105 - the kind, no value
    STRAY = "stray env file"


class Skipped(Struct, frozen=True, order=True):
    """Something that is not looked at, and why; unlike what could not be read, it is no error."""

    path: str
    reason: str


class TextFile(Redacted, frozen=True):
    """A text: path in the project (`archive!member`), content, why it is looked at, and the service that uses it.

    `binary` is what is printable in a file of another format.
    """

    unshown = frozenset({"text"})

    path: str
    text: str
    kind: Kind
    service: str = ""
    mode: int = 0o644
    binary: bool = False
