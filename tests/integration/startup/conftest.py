"""A small image, and a stack of it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from dockgate.engine.sdk_client import Engine
from tests.integration import engine_facts, tiny_image
from tests.integration.startup.stacks import LOCAL, Stack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="package")
def image() -> Iterator[str]:
    """Make the image, and remove it afterwards."""
    tag = uuid.uuid4().hex[:8]
    ref = tiny_image.make(Engine(LOCAL), tag)
    yield ref
    engine_facts.docker("image", "rm", "--force", ref)


@pytest.fixture
def stack(tmp_path: Path, image: str) -> Iterator[Stack]:
    """Return an empty project; afterwards nothing of it is left."""
    one = Stack(tmp_path, image)
    yield one
    one.compose("down", "--volumes", "--remove-orphans", "--timeout", "0")
    assert engine_facts.left(one.project) == []
