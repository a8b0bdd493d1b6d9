"""DG329: a source on this machine that does not exist.

Of a bind mount, the engine would make an empty folder that belongs to root, where a file was meant as well; of a config
or secret, the start would fail halfway. In development a folder that the container may write is a warning: databases
fill such folders, and `up` makes one in the project as its user. What is outside the project is a warning, and only
where this machine's engine is the target: a verdict on files does not depend on the machine that gives it.
"""

from __future__ import annotations

import os.path
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from dockgate.core.findings import Severity
from dockgate.core.project import ONE_ENGINE
from dockgate.core.target import UP, up_task
from dockgate.guardrails import mounts
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockgate.guardrails.context import Context

CODE = "DG329"
TITLE = "A source that does not exist"
SCOPE = Scope.MODEL
ROOTS = "create it (Docker would make an empty folder that belongs to root), or correct the path"
MADE = "inv up makes an empty folder there; correct the path where another one was meant"


def check(context: Context) -> Iterator[Hit]:
    """Look at the sources of bind mounts, configs and secrets."""
    for service, entry in context.services():
        for mount in entry.get("volumes") or ():
            path = mounts.bound(context.model, mount)
            if _lacks(context, path):
                folder = not _is_file(mount) and not mount.get("read_only")
                made = folder and context.development and _is_own(context, path) and _makes(context)
                yield Hit(
                    f"{service} mounts {_shown(context, path)} at {mount.get('target')}, and it does not exist",
                    MADE if made else ROOTS,
                    context.place("services", service, "volumes"),
                    Severity.WARNING if folder and context.development else _severity(context, path),
                    service,
                )
        for kind in ("configs", "secrets"):
            for name, path in _files(context.model, entry, kind):
                if _lacks(context, path):
                    yield Hit(
                        f"{service} gets the {kind[:-1]} {name} from {_shown(context, path)}, which does not exist",
                        "create the file, or correct the path",
                        context.place(kind, name, "file"),
                        _severity(context, path),
                        service,
                    )


def _files(model: Mapping[str, Any], entry: Mapping[str, Any], kind: str) -> Iterator[tuple[str, str]]:
    table = model.get(kind) or {}
    for used in entry.get(kind) or ():
        name = str(used["source"])
        yield name, str((table.get(name) or {}).get("file") or "")


def _lacks(context: Context, path: str) -> bool:
    here = context.target is not None and context.target.endpoint.local
    return path in context.missing and (here or _is_own(context, path))


def _severity(context: Context, path: str) -> Severity:
    return Severity.ERROR if _is_own(context, path) else Severity.WARNING


def _is_own(context: Context, path: str) -> bool:
    return PurePosixPath(path).is_relative_to(str(context.project.root))


def _makes(context: Context) -> bool:
    return up_task(context.environment) == UP[ONE_ENGINE]  # the nodes of a swarm make no folder


def _is_file(mount: Mapping[str, Any]) -> bool:
    """Return whether a file was meant, by its name or by the name that the container sees."""
    names = (PurePosixPath(str(mount.get(key, ""))) for key in ("source", "target"))
    return any(name.suffix and not name.suffix[1:].isdigit() for name in names)


def _shown(context: Context, path: str) -> str:
    return os.path.relpath(path, context.project.root) if _is_own(context, path) else path
