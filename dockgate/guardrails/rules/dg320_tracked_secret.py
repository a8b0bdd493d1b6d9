"""DG320: a file of `secrets:` that git tracks.

A file that `secrets: {x: {file: db/password.txt}}` names is in the history of the repository, so every clone has the
secret. Encrypted files (`*.age`, `*.gpg`, `*.asc`) are left out; a symbolic link stands for the file that it leads to.
A file of `configs:` is one where it holds a credential (`requirepass …`). A warning in development.
"""

from __future__ import annotations

import os.path
from typing import TYPE_CHECKING

from dockgate.core.findings import Severity
from dockgate.detection import text_lines
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG320"
TITLE = "A secret's file that git tracks"
SCOPE = Scope.MODEL
SAID = {"secrets": "", "configs": ", and holds a credential"}
ENCRYPTED = (".age", ".gpg", ".asc")


def check(context: Context) -> Iterator[Hit]:
    """Compare the files of the model's secrets with what git tracks, and of its configs those with a credential."""
    texts = {file.path: file.text for file in context.of_kind(Kind.MOUNTED)}
    for section, what in (("secrets", "secret"), ("configs", "config")):
        for name, entry in (context.model.get(section) or {}).items():
            path = _tracked(context, (entry or {}).get("file"))
            if path and (section == "secrets" or any(text_lines.credentials(texts.get(path, ""), path))):
                yield Hit(
                    f"the {what} {name} is read from {path}, which git tracks" + SAID[section],
                    f"git rm --cached {path}, ignore it, and change the secret",
                    context.place(section, name, "file"),
                    Severity.WARNING if context.development else Severity.ERROR,
                    name=name,
                )


def _tracked(context: Context, file: str | None) -> str:
    """Return the path in git of a file that it tracks and that is not encrypted, empty for any other."""
    path = os.path.relpath(context.project.root / file, context.project.root) if file else ""
    path = context.git.links.get(path, path) if context.git else path
    tracked = context.git is not None and path in context.git.tracked
    return path if tracked and not path.endswith(ENCRYPTED) else ""
