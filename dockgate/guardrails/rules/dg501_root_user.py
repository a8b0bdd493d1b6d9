"""DG501: an image that runs as root."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockgate.findings import Severity
from dockgate.guardrails import dockerfile
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.rule import Hit, Scope
from dockgate.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG501"
TITLE = "An image that runs as root"
SCOPE = Scope.FILES
_ROOT = re.compile(r"(?:root|0)(?::.*)?$")
RUNS = frozenset({"CMD", "ENTRYPOINT"})


def check(context: Context) -> Iterator[Hit]:
    """Look at the last stage of every Dockerfile that says what to run: its last USER has to be somebody else."""
    for file in context.of_kind(Kind.DOCKERFILE):
        every = list(dockerfile.instructions(file.text))
        last = [each for each in every if each.stage == max((one.stage for one in every), default=0)]
        users = [each for each in last if each.keyword == "USER"]
        root = [each for each in users[-1:] if _ROOT.match(each.text)]
        if root:
            yield Hit("the image runs as root", "USER with a number above 0", Origin(file.path, root[0].line))
        elif not users and any(each.keyword in RUNS for each in last):
            yield Hit(
                "no USER in the last stage: the image runs as its base's user, mostly root",
                "USER with a number above 0",
                Origin(file.path, last[0].line),
                severity=Severity.WARNING,
            )
