"""Which files of a project are Dockerfiles: the same ones for the linter and for the guardrails."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockgate.system import file_tree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# `docker build` looks for Dockerfile, then dockerfile; Podman for Containerfile. Variants add to it in front or behind.
NAME = re.compile(r"(?:Docker|Container)file(?:[._-].+)?|(?:docker|container)file|.+\.(?i:docker|container)file")
IGNORE = ".dockerignore"  # Dockerfile.dockerignore belongs to a Dockerfile and is none


def is_dockerfile(name: str) -> bool:
    """Return whether a file of this name is a Dockerfile."""
    return NAME.fullmatch(name) is not None and not name.endswith(IGNORE)


def find(root: Path) -> Iterator[Path]:
    """Iterate over the Dockerfiles of a project."""
    yield from file_tree.walk(root, is_dockerfile)


def names(root: Path) -> tuple[str, ...]:
    """Return the Dockerfiles of a project as paths below its root."""
    return tuple(path.relative_to(root).as_posix() for path in find(root))
