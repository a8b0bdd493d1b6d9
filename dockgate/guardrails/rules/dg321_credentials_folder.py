"""DG321: a folder of this machine that holds credentials, mounted into a container.

`~/.aws`, `~/.ssh`, `~/.kube`, `~/.docker`, `~/.config/gcloud` and the like, in any home folder, a home folder itself,
single files out of them, `/etc/ssh`, and the socket of an SSH agent. Public parts (`known_hosts`, `*.pub`, `config`)
are left out. Read-only is no protection. A warning in development.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.findings import Severity
from dockgate.guardrails import credential_paths, mounts
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG321"
TITLE = "A folder with credentials of this machine"
SCOPE = Scope.MODEL


def check(context: Context) -> Iterator[Hit]:
    """Look for mounts of folders and files in which tools of a person keep what opens other systems."""
    own = context.project.process.get("HOME", "").rstrip("/")
    home = own if own != str(context.project.root) else ""
    for service, _ in context.services():
        for path in dict.fromkeys(mounts.sources(context.model, service)):
            if credential_paths.opens(path, home):
                yield Hit(
                    f"{service} gets {path}, with which it can act as the person or the machine that owns it",
                    "give it a credential of its own that can do no more than it needs, as a secret: secrets: [NAME]",
                    context.place("services", service, "volumes"),
                    severity=Severity.WARNING if context.development else Severity.ERROR,
                    service=service,
                )
