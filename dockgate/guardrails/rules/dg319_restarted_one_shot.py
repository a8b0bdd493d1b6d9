"""DG319: a one-shot that the engine starts again each time it ends.

With `restart: always` or `unless-stopped` the engine runs it again each time it ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.compose import lifecycle
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG319"
TITLE = "A one-shot that is restarted after it succeeded"
SCOPE = Scope.MODEL


def check(context: Context) -> Iterator[Hit]:
    """Look for one-shots with a restart policy that also applies after exit code 0."""
    ending = lifecycle.one_shots(context.model)
    for service, entry in context.services():
        if service in ending and lifecycle.restart(entry) in ("always", "unless-stopped"):
            yield Hit(
                f"{service} is a one-shot, and restart: {lifecycle.restart(entry)} runs it again each time it ends",
                'restart: "no", or on-failure:3 to repeat a failed run',
                context.place("services", service, "restart"),
                service=service,
            )
