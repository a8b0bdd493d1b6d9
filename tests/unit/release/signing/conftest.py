"""A project that has no release key yet."""

from __future__ import annotations

import os
import tempfile
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from dockgate.core.project import Project
from dockgate.system import ram_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Give it RAM of its own: whoever signs removes the keys that killed processes left there, tests beside it too."""
    with tempfile.TemporaryDirectory(prefix="dockgate-test-", dir=ram_folder.base({})) as ram:
        process = {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home"), ram_folder.VARIABLE: ram}
        yield Project(tmp_path, "shop", MappingProxyType({}), {}, process)
