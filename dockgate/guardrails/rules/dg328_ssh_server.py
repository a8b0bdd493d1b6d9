"""DG328: an SSH server in a container.

`sshd` as the command, or a published port 22: a second door beside `inv shell`, with keys and accounts of its own. An
error in production, a warning in staging. A Git server that speaks SSH on another port of the container is left out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockgate.guardrails import settings
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG328"
TITLE = "An SSH server in a container"
SCOPE = Scope.MODEL
SSH = 22  # IANA's port of ssh
_SSHD = re.compile(r"(?:^|[\s/'\"])(?:sshd|dropbear)(?=[\s'\"]|$)")
_GIT = re.compile(r"(?:^|/)(?:gitea|forgejo|gogs|gitlab\S*|soft-serve|onedev|sftp\S*)(?=[:@]|$)")


def check(context: Context) -> Iterator[Hit]:
    """Look at commands and published ports."""
    if context.development:
        return
    for service, entry in context.services():
        published = any(int(port.get("target") or 0) == SSH for port in entry.get("ports") or ())
        runs = bool(_SSHD.search(settings.command(entry)))
        if (published or runs) and not _GIT.search(str(entry.get("image") or "")):
            yield Hit(
                f"{service} {'runs an SSH server' if runs else 'publishes port 22'}",
                f"remove it: inv shell --env={context.environment.name} opens a shell without it",
                context.place("services", service, "command" if runs else "ports"),
                severity=context.severity,
                service=service,
            )
