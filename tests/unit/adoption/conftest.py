"""A repository with Compose files, which has no configuration of Dockgate's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "compose.yaml": "name: Web-Shop\nservices: {web: {image: 'web:${TAG}'}}\n",
    "compose.prod.yaml": "services: {web: {restart: always}}\n",
    ".env": "TAG=1\n",
    "node_modules/x/compose.yaml": "services: {}\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder
