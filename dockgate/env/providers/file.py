"""`file:PATH`: the content of a file, relative to the project."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError
from dockgate.system import regular_file

if TYPE_CHECKING:
    from collections.abc import Collection

    from dockgate.core.project import Project

FORM = re.compile(r"(?!//)\S(?:.*\S)?")
HINT = "a path (file:/run/x, not file://)"
USAGE = "file:PATH"
LOCAL = True


def fault(rest: str, declared: Collection[str]) -> str:  # noqa: ARG001 - each provider is asked so
    """Return nothing: whether the file exists shows when it is read."""
    return ""


def shown(rest: str) -> str:  # noqa: ARG001 - each provider is asked so
    """Return nothing: what begins like a path may be the secret itself."""
    return ""


def fetch(project: Project, rest: str) -> str:
    """Return the content; ConfigError where it cannot be read."""
    try:
        return regular_file.read(project.root / rest).decode()
    except OSError as error:
        raise ConfigError(f"file: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ConfigError("file: is not UTF-8") from error
