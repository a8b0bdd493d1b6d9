"""DG213: a secret of production in a file that a service of another environment mounts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.rule import Scope
from dockgate.guardrails.rules.dg201_secret_in_layer import foreign
from dockgate.guardrails.rules.dg203_secret_in_file import hits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context
    from dockgate.guardrails.rule import Hit

CODE = "DG213"
TITLE = "A production secret in a file that another environment mounts"
SCOPE = Scope.MODEL


def check(context: Context) -> Iterator[Hit]:
    """Compare every line of every mounted file with the fingerprints of the other environments."""
    yield from hits(context.of_kind(Kind.MOUNTED), partial(foreign, context), context.matcher.prime)
