"""The user's folder of configuration, and the random key in it."""

from __future__ import annotations

import os
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
    with pytest.raises(ConfigError) as caught:
        user_files.machine_key(one)
    assert str(caught.value) == f"{path}: can be read by others (mode 0644)\n  → chmod 600 {path}"
    assert len(user_files.machine_key(other)) == 32
    path.chmod(0o600)
    path.write_bytes(b"short")
    with pytest.raises(ConfigError) as caught:
        user_files.machine_key(one)
    assert str(caught.value) == f"{path}: is damaged\n  → rm {path}; the next command creates a new one"


def test_the_folder_is_where_the_user_keeps_configuration() -> None:
    """XDG's variable, then the home; without either there is none."""
    home = {"HOME": "/home/me"}
    assert str(user_files.config_folder(home | {"XDG_CONFIG_HOME": "/c"})) == "/c/dockgate"
    assert str(user_files.config_folder(home)) == "/home/me/.config/dockgate"
    with pytest.raises(ConfigError) as caught:
        user_files.config_folder({})
    assert str(caught.value) == "neither HOME nor XDG_CONFIG_HOME is set\n  → set HOME"


@pytest.mark.parametrize(("owner", "user"), [(4242, 4242), (0, 4242), (4242, 7)])
def test_a_file_of_another_user_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: int, user: int
) -> None:
    """Root's counts as ours."""
    path = tmp_path / "file"
    path.write_bytes(b"x")
    monkeypatch.setattr(os, "fstat", lambda _file: os.stat_result((0o100600, 0, 0, 1, owner, *[0] * 5)))
    monkeypatch.setattr(os, "geteuid", lambda: user)
    if user == 4242:
        assert user_files.read(path) == b"x"
        return
    with pytest.raises(ConfigError) as caught:
        user_files.read(path)
    assert str(caught.value) == f"{path}: belongs to another user\n  → use a file of your own"


def test_what_is_no_file_is_refused_and_what_is_not_there_is_none(tmp_path: Path) -> None:
    """A folder cannot hold a key; a file in the place of the folder means that there is none."""
    (tmp_path / "file").touch()
    assert user_files.read(tmp_path / "none") is None
    assert user_files.read(tmp_path / "file/below") is None
    with pytest.raises(ConfigError) as caught:
        user_files.read(tmp_path)
    assert str(caught.value) == f"{tmp_path}: cannot be read: not a regular file"
