"""A project, an apt and an engine that are not real."""

from __future__ import annotations

import os
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from dockgate.core.project import Project
from dockgate.images import debian
from dockgate.images.debian import Archive as Mirror
from dockgate.scan import apt
from dockgate.system import process as processes
from tests.unit.scan.archives import FakeApt

if TYPE_CHECKING:
    from pathlib import Path


MIRROR = Mirror("http://mirror/debian", "http://mirror/security")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path, "shop", MappingProxyType({}), {}, {"PATH": os.environ["PATH"]})


@pytest.fixture
def fake_apt(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeApt:
    fake = FakeApt()
    (tmp_path / "keyring").touch()
    monkeypatch.setattr(apt, "KEYRING", tmp_path / "keyring")
    monkeypatch.setattr(processes, "run", fake)
    monkeypatch.setattr(debian, "required", lambda given: MIRROR if given.root == tmp_path else None)
    return fake
