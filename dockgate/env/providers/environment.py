"""`env:NAME`: a variable of the process environment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Collection

    from dockgate.core.project import Project

FORM = re.compile(r"[A-Za-z_]\w*", re.ASCII)
HINT = "the name of a variable"
USAGE = "env:NAME"
LOCAL = True


def fault(rest: str, declared: Collection[str]) -> str:  # noqa: ARG001 - each provider is asked so
    """Return nothing: whether the variable is set shows when it is read."""
    return ""


def shown(rest: str) -> str:  # noqa: ARG001 - each provider is asked so
    """Return nothing: what begins like a name may be the secret itself."""
    return ""


def fetch(project: Project, rest: str) -> str:
    """Return the variable's value; ConfigError where it is not set."""
    if rest not in project.process:
        raise ConfigError("env: refers to a variable that is not set", fix="export it")
    return project.process[rest]
