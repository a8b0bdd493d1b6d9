"""DG303: `build:` whose result nothing pins, outside development.

What is built where it runs is not what was tested. A warning in staging.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG303"
TITLE = "build: without a pinned result"
SCOPE = Scope.MODEL


def check(context: Context) -> Iterator[Hit]:
    """Look for services that would be built on the machine that runs them."""
    if context.development:
        return
    for service, entry in context.services():
        if entry.get("build") and "@sha256:" not in str(entry.get("image", "")):
            yield Hit(
                f"{service} is built where it runs: what was tested is not what is started",
                "build with inv build, and use image: with its digest",
                context.place("services", service, "build"),
                severity=context.severity,
                service=service,
            )
