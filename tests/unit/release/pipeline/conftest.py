"""A shop in a repository of its own."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from dockgate.release.pipeline.work import EngineWork
from dockgate.scan.leaks import SecretDetectors
from tests.unit.release.pipeline.shop import STARTED, Shop

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.project import Project
    from dockgate.core.target import Target


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setenv("GIT_AUTHOR_DATE", STARTED)
    monkeypatch.setenv("GIT_COMMITTER_DATE", STARTED)
    return Shop(tmp_path / "shop", tmp_path / "home")


@pytest.fixture
def said() -> list[str]:
    """Return what the parts of a release say."""
    return []


@pytest.fixture
def parts(project: Project, stage: Target, said: list[str]) -> EngineWork:
    return EngineWork(project, stage, SecretDetectors(), said.append, SimpleNamespace)
