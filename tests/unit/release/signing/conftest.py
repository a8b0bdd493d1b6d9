"""A project that has no release key yet."""

from __future__ import annotations

import os
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from dockgate.core.project import Project

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Project:
    process = {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home")}
    return Project(tmp_path, "shop", MappingProxyType({}), {}, process)
