"""DG330: an owner or a mode of a secret or config that Compose does not keep.

`uid`, `gid` and `mode` of `secrets:` and `configs:` count in Swarm. With Compose, a secret or config that comes from a
file is that file, with its own owner and mode; Dockgate's files of secrets can be read by every user of the container.
A `mode` of a config that everybody may read is a warning: it gives no more than was meant.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockgate.core.findings import Severity
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockgate.guardrails.context import Context

CODE = "DG330"
TITLE = "An owner or mode of a secret that is not kept"
SCOPE = Scope.MODEL
KEYS = ("uid", "gid", "mode")
AS_IT_IS = "0444"
READABLE = 0o444  # by the owner, the group and all others


def check(context: Context) -> Iterator[Hit]:
    """Look at the long form of `secrets:` and `configs:` that are files."""
    for service, entry in context.services():
        for kind in ("secrets", "configs"):
            table = context.model.get(kind) or {}
            for used in entry.get(kind) or ():
                name = str(used["source"])
                given = {key: str(used[key]) for key in KEYS if used.get(key)}
                if (table.get(name) or {}).get("file") and given and given != {"mode": AS_IT_IS}:
                    listed = ", ".join(f"{key}: {value}" for key, value in given.items())
                    yield Hit(
                        f"{service} gets the {kind[:-1]} {name} with {listed}, which Compose ignores for a file",
                        f"remove {', '.join(given)}; a program that wants its own mode copies the file when it starts",
                        context.place("services", service, kind),
                        service=service,
                        name=name,
                        severity=Severity.WARNING if kind == "configs" and _is_open(given) else Severity.ERROR,
                    )


def _is_open(given: Mapping[str, str]) -> bool:
    """Return whether a mode, and nothing else, is given, and lets everybody read."""
    mode = given.get("mode", "") if len(given) == 1 else ""
    return bool(re.fullmatch("[0-7]+", mode)) and int(mode, 8) & READABLE == READABLE
