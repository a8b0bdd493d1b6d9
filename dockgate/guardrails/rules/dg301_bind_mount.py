"""DG301: a development bind mount outside development.

Folders, and files that the container may write. A single read-only file is fine.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG301"
TITLE = "A bind mount of the checkout outside development"
SCOPE = Scope.MODEL


def check(context: Context) -> Iterator[Hit]:
    """Look for folders of the project, and writable files of it, that a container would see instead of its image."""
    if context.development:
        return
    root = PurePosixPath(str(context.project.root))
    for service, entry in context.services():
        for mount in entry.get("volumes") or ():
            source = PurePosixPath(str(mount.get("source", "")))
            if mount.get("type") != "bind" or not source.is_relative_to(root):
                continue
            if str(source) in context.folders or not mount.get("read_only"):
                yield Hit(
                    f"{service} mounts {source.relative_to(root)} of this checkout at {mount.get('target')}",
                    "build it into the image; a single file may be mounted read-only",
                    context.place("services", service, "volumes"),
                    service=service,
                )
