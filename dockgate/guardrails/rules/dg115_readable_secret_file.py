"""DG115: a file with secrets that others on this machine can read.

Any bit for group or others on an untracked env file with a secret; a warning in development.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.findings import Severity
from dockgate.core.location import Location
from dockgate.detection import credential
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG115"
TITLE = "A secret file that others on this machine can read"
SCOPE = Scope.ENV
OTHERS = 0o077  # every bit of group and others


def check(context: Context) -> Iterator[Hit]:
    """Look at the mode of every untracked env file that holds a secret; a committed one has none of its own."""
    for file in context.of_kind(Kind.LAYER):
        # What git tracks is readable by everyone with the repository: a credential in it is DG112's.
        local = file.path == context.environment.local or (context.git and file.path not in context.git.tracked)
        if file.mode & OTHERS and local and _holds_secret(context, file.path):
            yield Hit(
                f"mode {file.mode & 0o777:04o} lets others read the secrets in it",
                f"chmod 600 {file.path}",
                Location(file.path),
                severity=Severity.WARNING if context.development else Severity.ERROR,
            )


def _holds_secret(context: Context, path: str) -> bool:
    names = context.secret_names()
    return any(
        value and (each.name in names or credential.classify(each.name, value))
        for each, value in context.assignments()
        if each.origin.path == path
    )
