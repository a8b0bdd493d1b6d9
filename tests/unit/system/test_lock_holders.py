"""What stands in a lock's place, and who holds it, where the machine says little."""

from __future__ import annotations

import os
from pathlib import Path
from types import MappingProxyType

import pytest

from dockgate.core.errors import ConfigError
from dockgate.core.project import Project
from dockgate.system import locks


def test_a_pipe_in_the_place_of_the_lock_is_refused(tmp_path: Path) -> None:
    """It is opened without waiting for its other end, and closed again."""
    path = tmp_path / "x.lock"
    os.mkfifo(path)
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(ConfigError, match=f"the lock {path} is not a file") as caught:
        locks._open(path)
    assert caught.value.fix == "remove it: Dockgate did not create it"
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_user_without_a_name_is_its_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in many containers."""

    def unknown(_number: int) -> None:
        raise KeyError

    monkeypatch.setattr("pwd.getpwuid", unknown)
    alone = Project(tmp_path, "shop", MappingProxyType({}), {}, {})
    assert locks.owner(alone) == f"uid {os.getuid()}"


def test_a_process_of_another_user_is_alive(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The kernel says that it is there by refusing to signal it."""

    def refused(_number: int, _signal: int) -> None:
        raise PermissionError

    me = locks.me(Project(tmp_path, "shop", MappingProxyType({}), {}, {"USER": "x"}), "works")
    monkeypatch.setattr(os, "kill", refused)
    assert locks._alive(me)
