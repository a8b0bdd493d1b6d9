"""DG308: logs that grow until the disk is full.

The engine's default driver never rotates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG308"
TITLE = "Logs without a limit"
SCOPE = Scope.MODEL


def check(context: Context) -> Iterator[Hit]:
    """Look for services on the json-file driver, the engine's default, without `max-size`."""
    if context.development:
        return
    for service, entry in context.services():
        logging = entry.get("logging") or {}
        unlimited = not (logging.get("options") or {}).get("max-size")
        if logging.get("driver", "json-file") == "json-file" and unlimited:
            yield Hit(
                f"the logs of {service} grow without a limit",
                'logging: {driver: json-file, options: {max-size: 10m, max-file: "3"}}, or driver: local',
                context.place("services", service, "logging"),
                severity=context.severity,
                service=service,
            )
