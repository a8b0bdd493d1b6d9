"""A shop with two releases, a copy for each test."""

from __future__ import annotations

import copy
import shutil
from typing import TYPE_CHECKING

import pytest

from dockgate.core import project
from tests.unit.release import releasing
from tests.unit.release.promotion.shop import Shop

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Make the two releases once: a second of git, that every test starts from a copy of."""
    return releasing.once(tmp_path_factory, Shop)


@pytest.fixture
def shop(released: Shop, tmp_path: Path) -> Shop:
    mine = Shop.__new__(Shop)
    mine.root, mine.store = tmp_path / "shop", copy.deepcopy(released.store)
    for name in ("shop", "home"):
        shutil.copytree(released.root.parent / name, tmp_path / name, dirs_exist_ok=True, symlinks=True)
    mine.project = project.load(mine.root, {**released.project.process, "HOME": str(tmp_path / "home")})
    return mine
