"""Each report is tried as it was reported: a repository in an empty folder, `dockgate` as a process, a real engine."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from dockgate.core.endpoint import DEFAULT_HOST, Endpoint
from dockgate.engine.sdk_client import Engine
from tests.integration import engine_facts, tiny_image
from tests.reports.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    """Return an empty repository; stacks that its commands started are removed afterwards."""
    made = Repository(tmp_path)
    yield made
    made.remove()


@pytest.fixture(scope="session")
def image() -> Iterator[str]:
    """Return an image with a shell that needs no registry, and remove it afterwards."""
    made = tiny_image.make(Engine(Endpoint(DEFAULT_HOST, "default")), uuid.uuid4().hex[:8])
    yield made
    engine_facts.docker("image", "rm", "--force", made)
