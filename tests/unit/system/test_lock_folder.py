"""The folder of locks: its user's alone, and never one that another user could have made or can enter."""

from __future__ import annotations

import importlib.util
import os
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ConfigError
from dockgate.core.project import Project
from dockgate.system import lock_folder

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType


@pytest.fixture
def folders() -> ModuleType:
    """Return the module as it is: the other tests have `find` replaced."""
    spec = lock_folder.__spec__
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def project(root: Path) -> Project:
    return Project(root, "shop", {}, {}, {})


def test_the_first_place_that_is_ours_is_taken(
    folders: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link, a file, and a folder of another user are passed by; ours is closed to others, under any umask."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "file").write_text("")
    places = [tmp_path / "link", tmp_path / "file", tmp_path / "new" / "locks", tmp_path / "last"]
    monkeypatch.setattr(folders, "places", lambda _project: places)
    previous = os.umask(0)
    try:
        found = folders.find(project(tmp_path))
    finally:
        os.umask(previous)
    assert found == tmp_path / "new" / "locks"
    assert found.stat().st_mode & 0o777 == 0o700
    found.chmod(0o777)
    assert folders.find(project(tmp_path)).stat().st_mode & 0o777 == 0o700
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.raises(ConfigError, match="no private folder"):
        folders.find(project(tmp_path))


def test_no_place_depends_on_a_guessable_name_that_others_can_make(folders: ModuleType, tmp_path: Path) -> None:
    """Not /tmp, /dev/shm or /run/lock, where everyone may write."""
    found = {str(place) for place in folders.places(project(tmp_path / "checkout"))}
    assert not [name for name in found if name.startswith(("/tmp/dock", "/dev/shm/dock", "/run/lock", "/var/tmp"))]  # noqa: S108 - these are what must not be


@pytest.mark.parametrize(
    ("user", "process", "expected"),
    [
        (0, {}, ["/run", "/home/me/.local/state", "/run/user/0"]),
        (
            7,
            {"XDG_RUNTIME_DIR": "/run/own"},
            ["/home/me/.local/state", "/run/user/7", "/run/own"],
        ),
    ],
)
def test_what_lasts_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user: int, process: dict[str, str], expected: list[str]
) -> None:
    """And this checkout last; the system's own folder is root's alone. A user without a name has no home."""
    monkeypatch.setattr("os.geteuid", lambda: user)
    monkeypatch.setattr("pwd.getpwuid", lambda _user: SimpleNamespace(pw_dir="/home/me"))
    one = Project(tmp_path, "shop", {}, {}, process)
    own = [*expected, str(one.state)]
    assert [str(each) for each in lock_folder.places(one)] == [f"{each}/dockgate-locks" for each in own]
    monkeypatch.setattr("pwd.getpwuid", {}.__getitem__)
    named = [f"{each}/dockgate-locks" for each in own if "/home" not in each]
    assert [str(each) for each in lock_folder.places(one)] == named
