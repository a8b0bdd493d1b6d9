"""DG333: a mount that the container's user cannot read.

A clone under `umask 077` belongs to one user alone, and the container's is another: the program says that a module or a
file does not exist. The user is that of `user:`, else the last `USER` of the Dockerfile that the service builds.
"""

from __future__ import annotations

import os.path
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from dockgate.guardrails import mounts, permissions
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.hit import Hit, Scope
from dockgate.images import dockerfile_stages

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockgate.guardrails.context import Context
    from dockgate.guardrails.permissions import Closed

CODE = "DG333"
TITLE = "A mount that the container's user cannot read"
SCOPE = Scope.MODEL
OVERRIDES = frozenset({"ALL", "DAC_OVERRIDE", "DAC_READ_SEARCH"})
NOBODY = -1  # a user by name: which number that is stands in the image


def check(context: Context) -> Iterator[Hit]:
    """Compare the modes of mounted sources with the users of services."""
    for service, entry in context.services():
        user = str(entry.get("user") or "") or _built(context, entry)
        for source in dict.fromkeys(mounts.sources(context.model, service)):
            closed = context.closed.get(source)
            if user and closed and not _reads(entry, user, closed):
                shown, first = (_shown(context, path) for path in (source, closed.path))
                inside = "" if first == shown else f" ({first})"
                yield Hit(
                    f"{service} runs as user {user}, which cannot read {shown}{inside}: {closed}",
                    f"chmod -R go+rX {shown}; a clone under umask 022 has such modes",
                    context.place("services", service, "volumes"),
                    service=service,
                )


def _reads(entry: Mapping[str, Any], user: str, closed: Closed) -> bool:
    name, _, group = user.partition(":")
    uid = 0 if name == "root" else int(name) if name.isdecimal() else NOBODY
    if uid == 0 and not _powerless(entry):
        return True
    if uid == NOBODY and closed.uid != 0:
        return True  # it may be the owner's number
    groups = {int(each) for each in (group, *map(str, entry.get("group_add") or ())) if each.isdecimal()}
    return closed.opens(uid, groups)


def _powerless(entry: Mapping[str, Any]) -> bool:
    """Return whether root of a container has lost the capability to read what is another user's."""
    dropped, added = ({str(each).upper() for each in entry.get(key) or ()} for key in ("cap_drop", "cap_add"))
    return bool({"ALL", "DAC_OVERRIDE"} & dropped) and not OVERRIDES & added


def _built(context: Context, entry: Mapping[str, Any]) -> str:
    for file in context.of_kind(Kind.DOCKERFILE) if entry.get("build") else ():
        if permissions.builds(file.path, entry, context.project.root):
            said = (stage.holding("USER") for stage in dockerfile_stages.images(file.text)[-1:])
            return next((each.text for each in said if each), "")
    return ""


def _shown(context: Context, path: str) -> str:
    root = str(context.project.root)
    return os.path.relpath(path, root) if PurePosixPath(path).is_relative_to(root) else path
