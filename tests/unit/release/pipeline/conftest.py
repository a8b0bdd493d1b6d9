"""A shop in a repository of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.release.pipeline.shop import STARTED, Shop

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setenv("GIT_AUTHOR_DATE", STARTED)
    monkeypatch.setenv("GIT_COMMITTER_DATE", STARTED)
    return Shop(tmp_path / "shop", tmp_path / "home")
