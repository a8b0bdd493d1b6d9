"""Statements that leave an environment without a defined meaning: unreadable, without a value, reserved."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from dockgate.core.findings import Finding, Severity
from dockgate.core.reserved import is_reserved
from dockgate.env.env_files import PROCESS, SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dockgate.env.env_files import Assignment, Layer

DIALECT, RESERVED_NAME = "DG110", "DG108"
COMPOSE = "COMPOSE_"
_DOTENV = re.compile(r"\.env(?:\..*)?")  # what people give to Compose: `.env`, `--env-file .env.dev`


def refused(layers: Iterable[Layer], environment: str) -> Iterator[Finding]:
    """Find the refused statements of `layers`."""
    for layer in layers:
        for statement in (*layer.unparsed, *layer.assignments):
            if reason := _reason(statement):
                yield at(statement, environment, *reason)


def at(statement: Assignment, environment: str, code: str, message: str, fix: str) -> Finding:
    """Return an error at the place of `statement`."""
    return Finding(statement.origin, code, Severity.ERROR, message, environment, fix, statement.name)


def is_composes(statement: Assignment) -> bool:
    """Return whether a statement of a `.env` is for Compose itself, run by hand: the configuration has its own."""
    return (
        statement.name.startswith(COMPOSE)
        and is_reserved(statement.name)
        and bool(_DOTENV.fullmatch(PurePosixPath(statement.origin.path).name))
    )


def _reason(statement: Assignment) -> tuple[str, str, str] | None:
    if not statement.name:
        what = "python-dotenv ignores this line, but Compose reads it or refuses the file"
        return DIALECT, what, "write NAME='value', or # in front of a comment"
    if statement.value is None:
        return (
            DIALECT,
            f"{statement.name} has no =: Compose would take its value from the shell, python-dotenv sets none",
            f"write {statement.name}= for an empty value, or remove the line",
        )
    if statement.layer not in (SCHEMA, PROCESS) and is_reserved(statement.name) and not is_composes(statement):
        return (
            RESERVED_NAME,
            f"{statement.name} is reserved for Docker, Compose or Dockgate, and refused in an env file",
            "set it in the environment of the command, or put it into the configuration",
        )
    return None
