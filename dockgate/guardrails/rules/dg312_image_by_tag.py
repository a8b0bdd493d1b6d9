"""DG312: an image by tag outside development.

A tag may be another image tomorrow: an error in production. Elsewhere outside development, `:latest` and an image
without a tag are a warning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG312"
TITLE = "An image by tag outside development"
SCOPE = Scope.MODEL


def check(context: Context) -> Iterator[Hit]:
    """Look for images that are not pinned by digest: in production all, elsewhere those that move by intention."""
    if context.development:
        return
    for service, entry in context.services():
        image = str(entry.get("image") or "")
        pinned = "@sha256:" in image or not (context.production or _latest(image))
        if image and not entry.get("build") and not pinned:
            yield Hit(
                f"{service} runs {image} by a tag, which may be another image tomorrow",
                "pin it: name:tag@sha256:…, as inv build and inv release print it",
                context.place("services", service, "image"),
                context.severity,
                service=service,
            )


def _latest(image: str) -> bool:
    """Return whether an image has no tag, or the one that the newest image gets."""
    return image.rpartition("/")[2].partition(":")[2] in ("", "latest")
