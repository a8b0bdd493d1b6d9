"""Only real files are read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dockgate.system import regular_file


def test_a_file_is_read(tmp_path: Path) -> None:
    """By way of a link too."""
    (tmp_path / "file").write_bytes(b"x" * 100_000)
    (tmp_path / "link").symlink_to("file")
    assert regular_file.read(tmp_path / "link") == b"x" * 100_000


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    """A pipe that nobody writes to, a device without an end, a folder."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), tmp_path):
        with pytest.raises(OSError, match="regular file"):
            regular_file.read(path)
    with pytest.raises(FileNotFoundError):
        regular_file.read(tmp_path / "none")
