"""Folders and files on RAM: made for their user alone, and never by way of another user's."""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path
from typing import NoReturn

import pytest

from dockgate.core.errors import ConfigError
from dockgate.system import ram_folder


def test_ours_is_a_folder_that_only_we_enter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a link to one, not what others can look into, not another user's."""
    (tmp_path / "ours").mkdir(0o700)
    (tmp_path / "link").symlink_to("ours")
    (tmp_path / "file").touch(0o600)
    assert [each.name for each in sorted(tmp_path.iterdir()) if ram_folder.ours(each)] == ["ours"]
    assert not ram_folder.ours(tmp_path / "missing")
    (tmp_path / "ours").chmod(0o710)
    assert not ram_folder.ours(tmp_path / "ours")
    (tmp_path / "ours").chmod(0o700)
    monkeypatch.setattr(os, "geteuid", lambda: 4242)
    assert not ram_folder.ours(tmp_path / "ours")


def test_a_file_is_put_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its mode under any umask; an error leaves the old one, and nothing beside it."""
    ours, made, chmod = tmp_path / "ours", list[int](), os.fchmod

    def note(descriptor: int, mode: int) -> None:
        made.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        chmod(descriptor, mode)

    monkeypatch.setattr(os, "fchmod", note)
    previous = os.umask(0o077)
    try:
        with ram_folder.folder(ours) as here:
            ram_folder.put(here, "file", b"old and longer")
            ram_folder.put(here, "file", b"new")
            ram_folder.put(here, "shared", b"new", 0o644)
            monkeypatch.setattr(os, "rename", _full)
            with pytest.raises(OSError, match="No space"):
                ram_folder.put(here, "file", b"newer")
            with pytest.raises(OSError, match="name too long"):
                ram_folder.put(here, "long" * 64, b"new")
    finally:
        os.umask(previous)
    found = {path.name: (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) for path in ours.iterdir()}
    assert found == {"file": (b"new", 0o600), "shared": (b"new", 0o644)}
    assert set(made) == {0o600}


def _full(old: str, new: str, *, src_dir_fd: int, dst_dir_fd: int) -> NoReturn:
    assert re.fullmatch(rf"\.{new}\.[0-9a-f]{{8}}", old)
    assert src_dir_fd == dst_dir_fd
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    """Mode 0700, and opened again as it is."""
    for _ in range(2):
        with ram_folder.folder(tmp_path / "ours") as descriptor:
            assert stat.S_IMODE(os.fstat(descriptor).st_mode) == 0o700


@pytest.mark.parametrize("mode", [0o750, 0o701, 0o777])
def test_a_folder_that_others_can_look_into_is_refused(tmp_path: Path, mode: int) -> None:
    """The user who made it so may be reading."""
    folder = tmp_path / "ours"
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(ConfigError) as caught, ram_folder.folder(folder):
        pass
    assert str(caught.value) == (
        f"{folder} belongs to user {os.getuid()} with mode {mode:04o}: others could read secrets there\n"
        "  → find out who created it, then remove it, or set DOCKGATE_RUNTIME_DIR to another RAM-backed folder"
    )


def test_somebody_elses_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In /dev/shm any user may make the folder first."""
    with ram_folder.folder(tmp_path / "ours"):
        pass
    monkeypatch.setattr(os, "geteuid", lambda: 4242)
    with pytest.raises(ConfigError), ram_folder.folder(tmp_path / "ours"):
        pass


@pytest.mark.parametrize("inside", [False, True])
def test_a_link_is_not_followed(tmp_path: Path, *, inside: bool) -> None:
    """A link to a folder of ours would still be another user's choice."""
    (tmp_path / "target").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "target")
    parent = os.open(tmp_path, os.O_RDONLY) if inside else None
    link = Path("link") if inside else tmp_path / "link"
    with pytest.raises(ConfigError) as caught, ram_folder.folder(link, parent):
        pass
    what = f"{link} is not owned by you, or not a folder: Not a directory"
    assert str(caught.value) == f"{what}\n  → find out who created it, then remove it"


@pytest.mark.parametrize("times", [1, 10])
def test_a_folder_inside_ours_is_made_even_while_another_process_removes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """The last stack to go takes the common folder along, perhaps just now; after ten times, it is given up."""
    ours, real, calls = tmp_path / "ours", os.mkdir, list[str]()

    def mkdir(path: str, mode: int, *, dir_fd: int | None = None) -> None:
        if path == "inner" and len(calls) < times:
            calls.append(path)
            ours.rmdir()
        real(path, mode, dir_fd=dir_fd)

    monkeypatch.setattr(os, "mkdir", mkdir)
    if times == 1:
        with ram_folder.below(ours, "inner") as descriptor:
            assert stat.S_IMODE(os.fstat(descriptor).st_mode) == 0o700
        assert (ours / "inner").is_dir()
    else:
        with pytest.raises(ConfigError) as caught, ram_folder.below(ours, "inner"):
            pass
        assert str(caught.value) == f"{ours} keeps disappearing\n  → run the command again"
    assert calls == ["inner"] * times
