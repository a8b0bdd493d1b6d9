"""DG504: a remote `# syntax=` image, which may do anything with the build and is fetched anew.

`# syntax=` lets an image from a registry run the build, unless it is pinned by digest. A warning; an error where
`[tool.dockgate.base]` says `source = "debian"`, because such a build must work without a registry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.findings import Severity
from dockgate.core.location import Location
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.hit import Hit, Scope
from dockgate.images import dockerfile, settings
from dockgate.images.settings import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG504"
TITLE = "A remote Dockerfile frontend"
SCOPE = Scope.FILES


def check(context: Context) -> Iterator[Hit]:
    """Look for `# syntax=` without a digest: BuildKit's own frontend needs none."""
    offline = settings.load(context.project).base.source is Source.DEBIAN
    for file in context.of_kind(Kind.DOCKERFILE):
        found = dockerfile.directives(file.text).get("syntax")
        if found and "@sha256:" not in found[0]:
            image, line = found
            yield Hit(
                f"syntax={image} lets an image from a registry run the build",
                "remove the line, or pin it by digest",
                Location(file.path, line),
                Severity.ERROR if offline else Severity.WARNING,
            )
