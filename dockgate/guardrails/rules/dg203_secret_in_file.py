"""DG203: a fingerprinted secret in a Dockerfile, in what an image is made of, or in a committed file.

Of any environment: images and repositories outlive them all. Looked at are Dockerfiles, Compose files and the
`inputs` of `[tool.dockgate.images]` (less what `.dockerignore` leaves out), with `--staged` what is about to be
committed, with `--all-files` everything that git tracks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.guardrails import secret_matches
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG203"
TITLE = "A secret of an environment in a Dockerfile, an image or a committed file"
SCOPE = Scope.FILES


def check(context: Context) -> Iterator[Hit]:
    """Compare every line with the fingerprints; no environment's secret belongs in an image or in the repository."""
    files = context.of_kind(Kind.DOCKERFILE, Kind.COMMITTED, Kind.COPIED)
    yield from secret_matches.hits(files, context.matcher.matches, context.matcher)
