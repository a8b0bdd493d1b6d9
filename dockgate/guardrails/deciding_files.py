"""Which files decide what a promoted release runs: its images are pinned, so that what builds them does not."""

from __future__ import annotations

import os
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from dockgate.core.project import OWN_FILE, SHARED_FILE
from dockgate.guardrails import guarded_files
from dockgate.guardrails.hit import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.subject import Subject

SCHEMA = "env/schema.toml"


def of(subject: Subject) -> frozenset[str] | None:
    """Return files and folders as paths in the project; None where no release pins the images: then every file does."""
    asked = subject.environment.protected and Scope.TARGET in subject.scopes
    if not asked or subject.situation.pointer(subject.environment.name) is None:
        return None
    return frozenset(_every(subject))


def among(path: str, deciding: frozenset[str] | None) -> bool:
    """Return whether a file is one of those, or below one of those folders."""
    return deciding is None or not deciding.isdisjoint((path.rstrip("/"), *map(str, PurePosixPath(path).parents)))


def _every(subject: Subject) -> Iterator[str]:
    """Yield the settings, what states variables, what Compose reads, and what the services mount."""
    environment, root = subject.environment, subject.project.root
    yield from (OWN_FILE, SHARED_FILE, SCHEMA, *environment.layers, environment.local, *environment.files)
    read = (*subject.situation.sources(environment).local, *guarded_files.sources(subject.model, root))
    yield from (os.path.relpath(path, root) for path in read)
