"""DG332: a variable that names the file of a secret which the service does not get.

`POSTGRES_PASSWORD_FILE: /run/secrets/POSTGRES_PASSWORD` without `secrets: [POSTGRES_PASSWORD]`: the program would look
for a file that is not there. Often the variable comes from a block that several services share. An error in
production, a warning elsewhere.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from dockgate.guardrails import settings
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockgate.guardrails.context import Context

CODE = "DG332"
TITLE = "A secret's file that the service does not get"
SCOPE = Scope.MODEL
FOLDER = "/run/secrets"


def check(context: Context) -> Iterator[Hit]:
    """Compare the paths below /run/secrets in variables with what is mounted there."""
    for service, entry in context.services():
        given = set(_given(entry))
        for name, value in settings.variables(entry):
            path = posixpath.normpath(value) if value.startswith(f"{FOLDER}/") else ""
            if path and not any(path == each or path.startswith(f"{each}/") for each in given):
                secret = path.removeprefix(f"{FOLDER}/")
                yield Hit(
                    f"{service} reads {name} from {path}, and does not get that secret",
                    f"secrets: [{secret}], or take {name} out of its environment",
                    context.place("services", service, "environment", name),
                    severity=context.severity,
                    service=service,
                    name=name,
                )


def _given(entry: Mapping[str, Any]) -> Iterator[str]:
    for kind in ("secrets", "configs"):
        for used in entry.get(kind) or ():
            yield posixpath.join(FOLDER, str(used.get("target") or used.get("source") or ""))
    yield from (posixpath.normpath(str(mount.get("target"))) for mount in entry.get("volumes") or ())
    yield from (posixpath.normpath(str(each).partition(":")[0]) for each in entry.get("tmpfs") or ())
