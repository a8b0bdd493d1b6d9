"""A shop with one release, a copy for each test."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import pytest

from tests.unit.release import releasing
from tests.unit.release.pipeline.shop import Shop

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Make the first release once; every test goes on from a copy of it."""

    def make(folder: Path) -> Shop:
        made = Shop(folder / "shop", folder / "home")
        made.release()
        return made

    return releasing.once(tmp_path_factory, make)


@pytest.fixture
def shop(first: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setenv("HOME", str(tmp_path / "copy/home"))
    return first.copied(tmp_path / "copy", copy.deepcopy(first.store))
