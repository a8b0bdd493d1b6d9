"""DG312: an image by tag in production.

A tag may be another image tomorrow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG312"
TITLE = "An image by tag in production"
SCOPE = Scope.MODEL


def check(context: Context) -> Iterator[Hit]:
    """Look for images that are not pinned by digest: a tag may be another image tomorrow."""
    if not context.production:
        return
    for service, entry in context.services():
        image = str(entry.get("image") or "")
        if image and not entry.get("build") and "@sha256:" not in image:
            yield Hit(
                f"{service} runs {image} by its tag, which may be another image tomorrow",
                "pin it: name:tag@sha256:…, as inv build and inv release print it",
                context.place("services", service, "image"),
                service=service,
            )
