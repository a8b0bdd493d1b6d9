"""DG213: a secret of production in a file that a service of another environment mounts.

Bind mounts, volumes that bind a folder, `configs:` and `secrets:` with a file; folders with all their files, out of
the project and elsewhere. Folders of the machine itself (`/`, `/etc`, `/proc`, `/usr` and the like) are left out,
single files from there are not.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dockgate.guardrails import secret_matches
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.hit import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context
    from dockgate.guardrails.hit import Hit

CODE = "DG213"
TITLE = "A production secret in a file that another environment mounts"
SCOPE = Scope.MODEL


def check(context: Context) -> Iterator[Hit]:
    """Compare every line of every mounted file with the fingerprints of the other environments."""
    files = context.of_kind(Kind.MOUNTED)
    yield from secret_matches.hits(files, partial(secret_matches.foreign, context), context.matcher)
