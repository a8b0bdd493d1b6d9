"""The images, built once, and servers of them that are removed at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.core import endpoint, project
from tests.integration import checkout, fresh_images
from tests.integration.images.server import PASSWORD, Server, World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    copy = checkout.make(tmp_path_factory.mktemp("images"))
    mine = project.load(copy.root, copy.env)
    found = endpoint.find(mine.process)
    built = fresh_images.ensure(mine, found, "prod")
    return World(mine, found, {image.name: image for image in built})


@pytest.fixture
def password(tmp_path: Path) -> Path:
    file = tmp_path / "password"
    file.write_text(PASSWORD + "\n", encoding="utf-8")
    file.chmod(0o444)
    tmp_path.chmod(0o755)
    return file


@pytest.fixture
def serve() -> Iterator[list[Server]]:
    servers: list[Server] = []
    yield servers
    for server in servers:
        server.remove()
