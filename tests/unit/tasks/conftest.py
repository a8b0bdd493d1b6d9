"""Each test of a task has RAM and locks of its own."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

import pytest

from dockgate.system import lock_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def own_ram_and_locks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Keep runtime secrets and locks out of the machine's own places, and remove them."""
    monkeypatch.setattr(lock_folder, "find", lambda _project: tmp_path)
    with tempfile.TemporaryDirectory(prefix="dockgate-test-", dir="/dev/shm") as folder:
        monkeypatch.setenv("DOCKGATE_RUNTIME_DIR", folder)
        yield
