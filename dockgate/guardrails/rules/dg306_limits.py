"""DG306: a service without limits of memory, processor and processes.

Memory, processors, processes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG306"
TITLE = "A service without resource limits"
SCOPE = Scope.MODEL
# What may be limited: the key under deploy.resources.limits, and the older one of the service itself.
LIMITS = {"memory": "mem_limit", "cpus": "cpus", "pids": "pids_limit"}


def check(context: Context) -> Iterator[Hit]:
    """Look for services that could take the whole machine with them."""
    if context.development:
        return
    for service, entry in context.services():
        limits = ((entry.get("deploy") or {}).get("resources") or {}).get("limits") or {}
        missing = [key for key, old in LIMITS.items() if not limits.get(key) and not entry.get(old)]
        if missing:
            wanted = ", ".join(f"{key}: …" for key in missing)
            yield Hit(
                f"{service} has no limit of {', '.join(missing)}",
                f"deploy: {{resources: {{limits: {{{wanted}}}}}}}",
                context.place("services", service, "deploy", "resources", "limits"),
                severity=context.severity,
                service=service,
            )
