"""DG306: a service without limits of memory, processor and processes.

Memory, processors, processes. A limit that limits nothing (`pids_limit: -1`) is none. `oom_kill_disable` and an
`oom_score_adj` below zero make the kernel end other programs instead.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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
        missing = [key for key, old in LIMITS.items() if not (_limits(limits.get(key)) or _limits(entry.get(old)))]
        if missing:
            wanted = ", ".join(f"{key}: …" for key in missing)
            yield Hit(
                f"{service} has no limit of {', '.join(missing)}",
                f"deploy: {{resources: {{limits: {{{wanted}}}}}}}",
                context.place("services", service, "deploy", "resources", "limits"),
                severity=context.severity,
                service=service,
            )
        for key in _spared(entry):
            yield Hit(
                f"{service} is spared when memory runs out ({key}): other programs of this host are ended instead",
                f"remove {key}, and give the service the memory that it needs",
                context.place("services", service, key),
                severity=context.severity,
                service=service,
            )


def _limits(value: object) -> bool:
    """Return whether a value limits anything: zero and less stand for no limit."""
    number = re.match(r"\s*-?[0-9]*\.?[0-9]+", str(value or ""))
    return number is not None and float(number[0]) > 0


def _spared(entry: Mapping[str, Any]) -> Iterator[str]:
    if entry.get("oom_kill_disable"):
        yield "oom_kill_disable"
    if int(entry.get("oom_score_adj") or 0) < 0:
        yield "oom_score_adj"
