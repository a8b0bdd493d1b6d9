"""The state of a project is private, and git never sees it."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ConfigError, DockgateError
from dockgate.system import state_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(params=[0o022, 0o000])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("umask")
def test_folders_and_files_are_their_owners_alone(tmp_path: Path) -> None:
    """Whatever the umask is, and whatever an earlier version made of the folder."""
    state = tmp_path / ".dockgate"
    state.mkdir(0o777)
    state_folder.save(state / "a/b/c.json", b"{}")
    assert {mode(path) for path in (state, state / "a", state / "a/b")} == {0o700}
    assert {mode(path) for path in state.rglob("*") if path.is_file()} == {0o600}


def test_git_ignores_it(tmp_path: Path) -> None:
    """In a repository whose own .gitignore does not know it."""
    subprocess.run(["git", "init", "-q", "."], cwd=tmp_path, check=True)
    state_folder.save(tmp_path / ".dockgate/x.json", b"{}")
    said = subprocess.run(["git", "status", "--porcelain"], cwd=tmp_path, capture_output=True, check=True)
    assert said.stdout == b""


@pytest.mark.parametrize("kind", ["file", "link"])
def test_what_stands_in_the_way_is_named(tmp_path: Path, kind: str) -> None:
    """A link could lead the state into another folder."""
    place = tmp_path / ".dockgate"
    (tmp_path / "elsewhere").mkdir()
    place.touch() if kind == "file" else place.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigError) as caught:
        state_folder.make(place / "x")
    fix = "make the folder writable, or move the file in its place away"
    assert str(caught.value) == f"{place}: cannot be written: Not a directory\n  → {fix}"
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_full_disk_is_said_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No other advice helps."""

    def full(*_given: object, **_options: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "open", full)
    with pytest.raises(DockgateError) as caught:
        state_folder.make(tmp_path / "state")
    assert caught.value.code == 5
    assert str(caught.value) == (
        f"{tmp_path}/state: cannot be written: No space left on device\n"
        "  → make room, or make it writable, and run the same command again"
    )
