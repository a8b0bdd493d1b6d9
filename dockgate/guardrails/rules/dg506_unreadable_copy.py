"""DG506: what is copied into an image, and the image's user cannot read.

`COPY` keeps the modes of the context, and gives the files to root: those of a clone under `umask 077` are closed to
every other `USER`.
"""

from __future__ import annotations

import os.path
from typing import TYPE_CHECKING

from dockgate.core.location import Location
from dockgate.guardrails import permissions
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.hit import Hit, Scope
from dockgate.images import copies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG506"
TITLE = "Copied files that the image's user cannot read"
SCOPE = Scope.FILES


def check(context: Context) -> Iterator[Hit]:
    """Compare the modes of what is copied with the image's USER, where no flag or command sets them."""
    root = context.project.root
    for file in context.of_kind(Kind.DOCKERFILE) if context.closed else ():
        for each in copies.unreadable(file.text):
            found = (
                path for source in each.sources for path in permissions.paths(source, file.path, context.model, root)
            )
            if source := next((path for path in found if path in context.closed), ""):
                closed = context.closed[source]
                yield Hit(
                    f"USER {each.user} cannot read {os.path.relpath(closed.path, root)}, copied as it is: {closed}",
                    f"chmod -R go+rX {os.path.relpath(source, root)}, or COPY --chmod=a+rX (or --chown)",
                    Location(file.path, each.line),
                )
