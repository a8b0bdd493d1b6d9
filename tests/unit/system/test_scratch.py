"""Folders for large files in passing."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dockgate.core import project as projects
from dockgate.system import scratch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.core.project import Project

ROOT = Path(__file__).parents[3]
HOLDER = """\
import sys, time
from pathlib import Path
from dockgate.core import project
from dockgate.system import scratch
with scratch.folder(project.load(Path(sys.argv[1]), {})) as place:
    (place / "images.tar").write_bytes(b"large")
    print(place, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "pyproject.toml").write_text("[tool.dockgate]\n")
    return projects.load(tmp_path, {})


def _left(project: Project) -> list[Path]:
    return [*(project.state / scratch.FOLDER).iterdir()]


def test_folder_goes_with_the_block_however_it_ends(project: Project) -> None:
    """Two at once are two folders; an error removes one as the end does."""
    with scratch.folder(project) as one, scratch.folder(project) as other:
        (one / "images.tar").write_bytes(b"large")
        assert one != other
        assert one.parent == project.state / "work"
        assert len(_left(project)) == 2
        assert (project.state / ".gitignore").exists()
        for path in (one, other):
            with path_lock(path) as free:
                assert not free
    with pytest.raises(ValueError, match="no room"), scratch.folder(project):
        raise ValueError("no room")
    assert _left(project) == []


@contextmanager
def path_lock(path: Path) -> Iterator[bool]:
    """Yield whether no process holds the lock of a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(descriptor)


def test_what_is_no_folder_of_ours_stays(project: Project) -> None:
    """A file, a link: nothing that a killed process leaves."""
    place = project.state / scratch.FOLDER
    with scratch.folder(project):
        pass
    (place / "file").touch()
    (place / "link").symlink_to(project.root)
    with scratch.folder(project) as made:
        assert {each.name for each in place.iterdir()} == {"file", "link", made.name}


def test_a_folder_that_cannot_be_emptied_is_no_error(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next one removes it."""
    asked: list[tuple[Path, bool]] = []
    monkeypatch.setattr(shutil, "rmtree", lambda path, ignore_errors=False: asked.append((path, ignore_errors)))
    with scratch.folder(project) as made:
        pass
    assert asked == [(made, True)]


def test_what_a_killed_process_left_goes_and_what_a_living_one_has_stays(project: Project) -> None:
    """The kernel's lock tells them apart."""
    argv = [sys.executable, "-c", HOLDER, str(project.root)]
    with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        place = Path(holder.stdout.readline().strip())
        try:
            with scratch.folder(project):
                assert (place / "images.tar").is_file()
        finally:
            holder.send_signal(signal.SIGKILL)
    assert place.is_dir()
    with scratch.folder(project) as mine:
        assert _left(project) == [mine]
