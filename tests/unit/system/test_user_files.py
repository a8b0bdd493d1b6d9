"""The user's folder of configuration, and the random key in it."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ConfigError
from dockgate.system import user_files

if TYPE_CHECKING:
    from pathlib import Path


def test_the_machine_key_is_random_kept_and_private(tmp_path: Path) -> None:
    """Two homes have two keys; one home keeps its own."""
    one, other = {"HOME": str(tmp_path / "one")}, {"HOME": str(tmp_path / "other")}
    assert user_files.machine_key(one) == user_files.machine_key(one)
    assert user_files.machine_key(one) != user_files.machine_key(other)
    path = user_files.config_folder(one) / "machine.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    with pytest.raises(ConfigError):
        user_files.machine_key(one)


def test_a_truncated_machine_key_is_refused(tmp_path: Path) -> None:
    """A short key would be a weak one."""
    process = {"HOME": str(tmp_path)}
    user_files.machine_key(process)
    (user_files.config_folder(process) / "machine.key").write_bytes(b"short")
    with pytest.raises(ConfigError):
        user_files.machine_key(process)
