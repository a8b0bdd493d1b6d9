"""DG501: an image that runs as root.

The last `USER` of the final stage, its own or inherited from the stage that it builds on; a stage without any is a
warning. Every other stage that can become an image is judged the same way, except that it needs no `USER`. Where every
environment is development, it is a warning: nothing from outside reaches the container. So it is for a Dockerfile whose
path says development or tests (`docker/dev/Dockerfile`, `Dockerfile.test`).
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from dockgate.core import stages
from dockgate.core.findings import Severity
from dockgate.core.location import Location
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.hit import Hit, Scope
from dockgate.images import dockerfile_stages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG501"
TITLE = "An image that runs as root"
SCOPE = Scope.FILES
FIX = "USER with a number above 0"
_ROOT = re.compile(r"(?:root|0)(?::.*)?$")


def check(context: Context) -> Iterator[Hit]:
    """Look at the last USER that holds for a stage which becomes an image; the last stage needs one."""
    served = any(not each.is_development for each in context.project.environments.values())
    for file in context.of_kind(Kind.DOCKERFILE):
        severity = Severity.ERROR if served and not _is_ones_own(file.path) else Severity.WARNING
        every = dockerfile_stages.images(file.text)
        roots = {each.line for stage in every if (each := stage.holding("USER")) and _ROOT.match(each.text)}
        for line in sorted(roots):
            yield Hit("the image runs as root", FIX, Location(file.path, line), severity=severity)
        for last in every[-1:]:
            if last.holding(*dockerfile_stages.RUNS) and not last.holding("USER"):
                message = "no USER in the last stage: the image runs as its base's user, mostly root"
                yield Hit(message, FIX, Location(file.path, last.said[0].line), severity=Severity.WARNING)


def _is_ones_own(path: str) -> bool:
    """Return whether a path says that the image is for one developer, or for a test run."""
    own = stages.ONE_PERSONS | {"devcontainer"}
    return any(stages.words(part) & own for part in PurePosixPath(path).parts)
