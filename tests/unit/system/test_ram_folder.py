"""Where secrets in clear may be: on RAM, and no other user's."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ConfigError
from dockgate.system import ram_folder

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def mounted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return a way to say which file system the kernel names for the test's folder."""
    device = tmp_path.stat().st_dev
    table = tmp_path / "mountinfo"
    monkeypatch.setattr(ram_folder, "MOUNTS", table)

    def mount(kind: str) -> None:
        number = f"{os.major(device)}:{os.minor(device)}"
        table.write_text(f"22 1 0:9 / /x rw - proc proc rw\n29 1 {number} / / rw,relatime shared:1 - {kind} none rw\n")

    return mount


@pytest.mark.parametrize(("kind", "expected"), [("tmpfs", True), ("ramfs", True), ("ext4", False), ("overlay", False)])
def test_ram_is_what_the_kernel_says(
    tmp_path: Path, mounted: Callable[[str], None], kind: str, *, expected: bool
) -> None:
    """The type of the mount that holds the folder counts, not its name."""
    mounted(kind)
    assert ram_folder.is_ram(tmp_path) is expected


def test_without_a_mount_table_nothing_is_ram(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be known is refused."""
    monkeypatch.setattr(ram_folder, "MOUNTS", tmp_path / "missing")
    assert not ram_folder.is_ram(tmp_path)


def test_the_variable_wins_if_it_is_ram(tmp_path: Path, mounted: Callable[[str], None]) -> None:
    """And is refused, with its name, if it is not."""
    process = {ram_folder.VARIABLE: str(tmp_path)}
    mounted("tmpfs")
    assert ram_folder.base(process) == tmp_path
    mounted("ext4")
    with pytest.raises(ConfigError, match=ram_folder.VARIABLE):
        ram_folder.base(process)
    with pytest.raises(ConfigError, match=ram_folder.VARIABLE):
        ram_folder.base({ram_folder.VARIABLE: str(tmp_path / "missing")})
    mounted("tmpfs")
    (tmp_path / "file").touch(0o700)
    with pytest.raises(ConfigError, match="is not a folder that you can write to"):
        ram_folder.base({ram_folder.VARIABLE: str(tmp_path / "file")})


def test_a_folder_in_which_others_can_rename_is_refused(tmp_path: Path, mounted: Callable[[str], None]) -> None:
    """World-writable is fine with the sticky bit only."""
    mounted("tmpfs")
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    with pytest.raises(ConfigError):
        ram_folder.base({ram_folder.VARIABLE: str(shared)})
    shared.chmod(0o1777)
    assert ram_folder.base({ram_folder.VARIABLE: str(shared)}) == shared


def test_nothing_is_written_where_no_ram_is(
    tmp_path: Path, mounted: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names every place that was looked at, and why it is none."""
    mounted("ext4")
    monkeypatch.setattr(ram_folder, "places", lambda: (tmp_path, tmp_path / "missing"))
    with pytest.raises(ConfigError) as caught:
        ram_folder.base({})
    assert str(tmp_path / "missing") in caught.value.what
    assert ram_folder.VARIABLE in caught.value.fix


def test_the_first_place_that_is_ram(
    tmp_path: Path, mounted: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are not touched."""
    mounted("tmpfs")
    monkeypatch.setattr(ram_folder, "places", lambda: (tmp_path / "missing", tmp_path))
    assert ram_folder.base({}) == tmp_path


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
    with pytest.raises(ConfigError), ram_folder.folder(folder):
        pass


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
    with pytest.raises(ConfigError), ram_folder.folder(Path("link") if inside else tmp_path / "link", parent):
        pass


def test_this_machine_has_ram() -> None:
    """The places that are looked at are right on a common Linux."""
    assert ram_folder.is_ram(ram_folder.base({}))
    assert not ram_folder.is_ram(Path("/proc"))
    with tempfile.TemporaryDirectory(dir=ram_folder.base({})) as folder:
        assert ram_folder.is_ram(Path(folder))


def test_a_folder_inside_ours_is_made_even_while_another_process_removes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last stack to go takes the common folder along, perhaps just now."""
    ours, real = tmp_path / "ours", os.mkdir
    calls: list[str] = []

    def mkdir(path: str, mode: int, *, dir_fd: int | None = None) -> None:
        if path == "inner" and not calls:
            calls.append(path)
            ours.rmdir()
        real(path, mode, dir_fd=dir_fd)

    monkeypatch.setattr(os, "mkdir", mkdir)
    with ram_folder.below(ours, "inner") as descriptor:
        assert stat.S_IMODE(os.fstat(descriptor).st_mode) == 0o700
    assert calls
    assert (ours / "inner").is_dir()
