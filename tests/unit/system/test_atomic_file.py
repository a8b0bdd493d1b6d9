"""A file is the old one or the new one, whatever happens while it is written."""

from __future__ import annotations

import errno
import os
import re
import stat
import time
from pathlib import Path
from typing import NoReturn

import pytest

from dockgate.system import atomic_file
from dockgate.system.atomic_file import FullDiskError, UnwritableError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an empty folder."""
    made = tmp_path / "folder"
    made.mkdir()
    return made


def test_replace_writes_the_data_with_its_mode(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mode and content are as asked for, whatever the umask says; at no moment may others do more."""
    path, made, chmod = folder / "file", list[int](), os.fchmod

    def note(descriptor: int, mode: int) -> None:
        made.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        chmod(descriptor, mode)

    monkeypatch.setattr(os, "fchmod", note)
    previous = os.umask(0o077)
    try:
        atomic_file.replace(path, b"new", 0o644)
    finally:
        os.umask(previous)
    assert path.read_bytes() == b"new"
    assert (made, stat.S_IMODE(path.stat().st_mode)) == ([0o600], 0o644)


def test_what_stands_in_its_place_is_on_the_disk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """First the whole content under a name of its own, then the name."""
    synced = list[tuple[Path, bytes | None, bool]]()

    def sync(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        synced.append((path, path.read_bytes() if path.is_file() else None, (folder / "file").exists()))

    monkeypatch.setattr(os, "fsync", sync)
    for write in (atomic_file.replace, atomic_file.create):
        write(folder / "file", b"new")
        (temporary, content, before), *then = synced
        assert re.fullmatch(r"\.file\.[0-9a-f]{12}\.tmp", temporary.name)
        assert (temporary.parent, content, before, then) == (folder, b"new", False, [(folder, None, True)])
        assert stat.S_IMODE((folder / "file").stat().st_mode) == 0o600
        (folder / "file").unlink()
        synced.clear()


@pytest.mark.parametrize(
    ("number", "kind", "fix"),
    [
        (errno.ENOSPC, FullDiskError, "make room, or make it writable, and run the same command again"),
        (errno.EACCES, UnwritableError, "nothing was changed"),
    ],
)
def test_an_error_is_of_the_kind_of_its_cause(number: int, kind: type[UnwritableError], fix: str) -> None:
    """A full disk is no matter of the configuration."""
    error = atomic_file.refused(Path("/a/file"), OSError(number, "why"))
    assert type(error) is kind
    assert str(error) == f"/a/file: cannot be written: why\n  → {fix}"


@pytest.mark.parametrize(("place", "broken"), [(os, "fsync"), (os, "fchmod"), (Path, "replace")])
def test_a_failure_leaves_the_old_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch, place: object, broken: str
) -> None:
    """Neither the new content nor a temporary file stays; the last step, the rename, may fail too."""
    path = folder / "file"
    path.write_bytes(b"old")

    def fail(*_arguments: object) -> NoReturn:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(place, broken, fail)
    with pytest.raises(UnwritableError, match="No space"):
        atomic_file.replace(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(folder.iterdir()) == [path]


def test_a_crash_at_any_byte_leaves_the_old_file(folder: Path) -> None:
    """A process killed after any number of written bytes has not touched the file itself."""
    path = folder / "file"
    data = b"0123456789"
    for count in range(len(data) + 1):
        path.write_bytes(b"old")
        pid = os.fork()
        if pid == 0:
            _die_after(path, data, count)
        os.waitpid(pid, 0)
        assert path.read_bytes() == b"old"


def _die_after(path: Path, data: bytes, count: int) -> NoReturn:
    def die(_descriptor: int) -> NoReturn:
        os._exit(9)

    os.fsync = die  # type: ignore[assignment]  # this process is about to die
    atomic_file.replace(path, data[:count])
    os._exit(0)


def test_what_a_killed_run_left_goes_with_the_next_write(folder: Path) -> None:
    """In the folder of a store it would count as an uncommitted change; one that is being written stays."""
    old, young = folder / ".file.0123456789ab.tmp", folder / ".file.ba9876543210.tmp"
    other = folder / ".another.0123456789ab.tmp"
    for path in (old, young, other):
        path.touch()
    for path in (old, other):
        os.utime(path, (0, 0))
    atomic_file.replace(folder / "file", b"new")
    assert set(folder.iterdir()) == {folder / "file", young, other}
    atomic_file.sweep_below(folder.parent)
    assert set(folder.iterdir()) == {folder / "file"}


def test_what_cannot_be_swept_stays(folder: Path) -> None:
    """Such as a folder of that name; the next writer tries again."""
    (folder / ".file.0123456789ab.tmp").mkdir()
    atomic_file.sweep(folder / "file", 0.0)
    atomic_file.sweep_below(folder)
    assert [each.name for each in folder.iterdir()] == [".file.0123456789ab.tmp"]


@pytest.mark.parametrize(("age", "stays"), [(59.0, True), (60.0, False)])
def test_a_minute_is_longer_than_any_write(
    folder: Path, monkeypatch: pytest.MonkeyPatch, age: float, *, stays: bool
) -> None:
    """What is younger may be another run's; a name may have characters that are special in a pattern."""
    left = folder / ".[file].0123456789ab.tmp"
    left.touch()
    os.utime(left, (1000.0, 1000.0))
    monkeypatch.setattr(time, "time", lambda: 1000.0 + age)
    atomic_file.sweep(folder / "[file]")
    assert left.exists() is stays


def test_create_never_overwrites(folder: Path) -> None:
    """The first writer wins, and the second is told."""
    path = folder / "file"
    assert atomic_file.create(path, b"first")
    assert not atomic_file.create(path, b"second")
    assert (path.read_bytes(), list(folder.iterdir())) == (b"first", [path])


def test_the_folder_of_a_private_file_is_private(folder: Path) -> None:
    """It is made where it is missing; one in a place where none can be is told."""
    previous = os.umask(0)
    try:
        atomic_file.replace(folder / "private" / "file", b"new")
        atomic_file.replace(folder / "a" / "public" / "file", b"new", 0o644)
    finally:
        os.umask(previous)
    modes = [stat.S_IMODE((folder / name).stat().st_mode) for name in ("private", "a/public")]
    assert modes == [0o700, 0o755]
    with pytest.raises(UnwritableError):
        atomic_file.create(folder / "a" / "public" / "file" / "below", b"new")
