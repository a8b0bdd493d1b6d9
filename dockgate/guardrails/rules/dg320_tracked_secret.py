"""DG320: a file of `secrets:` that git tracks.

A file that `secrets: {x: {file: db/password.txt}}` names is in the history of the repository, so every clone has the
secret. Encrypted files (`*.age`, `*.gpg`, `*.asc`) are left out; a symbolic link stands for the file that it leads to.
A warning in development.
"""

from __future__ import annotations

import os.path
from typing import TYPE_CHECKING

from dockgate.core.findings import Severity
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG320"
TITLE = "A secret's file that git tracks"
SCOPE = Scope.MODEL
ENCRYPTED = (".age", ".gpg", ".asc")


def check(context: Context) -> Iterator[Hit]:
    """Compare the files of the model's secrets with what git tracks."""
    for name, entry in (context.model.get("secrets") or {}).items():
        file = str((entry or {}).get("file") or "")
        path = os.path.relpath(context.project.root / file, context.project.root) if file else ""
        path = context.git.links.get(path, path) if context.git else path
        if context.git and path in context.git.tracked and not path.endswith(ENCRYPTED):
            yield Hit(
                f"the secret {name} is read from {path}, which git tracks",
                f"git rm --cached {path}, ignore it, and change the secret",
                context.place("secrets", name, "file"),
                Severity.WARNING if context.development else Severity.ERROR,
                name=name,
            )
