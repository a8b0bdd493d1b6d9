"""DG326: a lifecycle hook that runs with more rights than its service.

`post_start` and `pre_stop` with `privileged: true` are root on the host for a moment: an error outside development.
With `user: root` they are root in the container: a warning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.findings import Severity
from dockgate.guardrails import settings
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG326"
TITLE = "A lifecycle hook that runs as root"
SCOPE = Scope.MODEL
HOOKS = ("post_start", "pre_stop")
FIX = "let the image prepare what the hook does, or run a one-shot with the single capability that it needs"


def check(context: Context) -> Iterator[Hit]:
    """Look at the hooks of each service."""
    for service, entry in context.services():
        for key in HOOKS:
            for hook in entry.get(key) or ():
                root = settings.is_root(hook.get("user"))
                if hook.get("privileged") or (root and not context.development):
                    yield Hit(
                        f"{service} runs {key} {'privileged' if hook.get('privileged') else 'as root'}",
                        FIX,
                        context.place("services", service, key),
                        Severity.ERROR if hook.get("privileged") and not context.development else Severity.WARNING,
                        service,
                    )
