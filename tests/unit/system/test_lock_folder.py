"""The folder of locks: its user's alone, and never one that another user could have made or can enter."""

from __future__ import annotations

import errno
import importlib.util
import os
from types import SimpleNamespace
from typing import TYPE_CHECKING, NoReturn

import pytest

from dockgate.core.errors import ConfigError, DockgateError
from dockgate.core.project import Project
from dockgate.system import atomic_file, lock_folder, state_folder

if TYPE_CHECKING:
    from collections.abc import Callable
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
    assert found.parent.stat().st_mode & 0o777 == 0o777
    found.chmod(0o777)
    assert folders.find(project(tmp_path)) == found
    assert found.stat().st_mode & 0o777 == 0o700
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.raises(ConfigError) as caught:
        folders.find(project(tmp_path))
    assert str(caught.value) == (
        f"no private folder for locks: {', '.join(map(str, places))}\n"
        "  → make one of them a folder of yours that only you can enter (mode 0700)"
    )


def test_a_new_folder_is_never_open_to_others(
    folders: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not for the moment before it is looked at, either."""
    monkeypatch.setattr(folders, "places", lambda _project: [tmp_path / "new"])
    seen: list[int] = []

    def ours(folder: Path) -> bool:
        seen.append(folder.stat().st_mode & 0o777)
        return True

    monkeypatch.setattr(folders, "_ours", ours)
    previous = os.umask(0)
    try:
        folders.find(project(tmp_path))
    finally:
        os.umask(previous)
    assert seen == [0o700]


def test_a_place_in_the_state_is_made_as_all_of_it_is(
    folders: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that git ignores it; one that cannot be written to is passed by."""
    one = project(tmp_path)
    (tmp_path / "full").mkdir()
    monkeypatch.setattr(folders, "places", lambda given: [tmp_path / "full", given.state / "locks"])
    monkeypatch.setattr(os, "access", lambda path, how: (path, how) != (tmp_path / "full", os.W_OK))
    assert folders.find(one) == one.state / "locks"
    assert (one.state / ".gitignore").exists()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
@pytest.mark.parametrize("wrap", [lambda _path, error: error, atomic_file.refused])
def test_a_full_disk_is_said_as_one(
    folders: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    wrap: Callable[[Path, OSError], Exception],
) -> None:
    """The first one that is, and only where no place is left."""
    one = project(tmp_path)
    monkeypatch.setattr(folders, "places", lambda given: [given.state / "a", given.state / "b"])

    def refuse(folder: Path) -> NoReturn:
        raise wrap(folder, OSError(number, "why"))

    monkeypatch.setattr(state_folder, "make", refuse)
    with pytest.raises(DockgateError) as caught:
        folders.find(one)
    if number == errno.EACCES:
        assert caught.value.what == f"no private folder for locks: {one.state / 'a'}, {one.state / 'b'}"
        return
    place = one.state / "a" if wrap is not atomic_file.refused else one.state
    assert str(caught.value) == (
        f"{place}: cannot be written: why\n  → make room, or make it writable, and run the same command again"
    )


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
