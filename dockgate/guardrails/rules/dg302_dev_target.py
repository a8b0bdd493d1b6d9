"""DG302: a development build target or image outside development.

By the name of the target, of the image or of its tag.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG302"
TITLE = "A development target or image outside development"
SCOPE = Scope.MODEL

_DEVELOPMENT = re.compile(r"(?:^|[-_.:/])(?:dev|devel|develop|development|debug|test|testing)(?=$|[-_.:@])")


def check(context: Context) -> Iterator[Hit]:
    """Look at build targets, and at the names and tags of images."""
    if context.development:
        return
    for service, entry in context.services():
        target = str((entry.get("build") or {}).get("target") or "")
        if _DEVELOPMENT.search(target):
            where = context.place("services", service, "build", "target")
            yield Hit(f"{service} builds target {target}", "build the production target", where, service=service)
        image = str(entry.get("image") or "").partition("@")[0].rpartition("/")[2]
        if _DEVELOPMENT.search(image):
            where = context.place("services", service, "image")
            yield Hit(f"{service} runs image {image}", "run the production image", where, service=service)
