"""Each report is tried as it was reported: a repository in an empty folder, `dockgate` as a process, a real engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.core.endpoint import DEFAULT_HOST, Endpoint
from dockgate.engine.sdk_client import Engine
from tests.integration import tiny_image
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
def image() -> str:
    """Return an image with a shell that needs no registry."""
    return tiny_image.make(Engine(Endpoint(DEFAULT_HOST, "default")), "reports")
