"""Where secrets in clear may be: on RAM, and no other user's."""

from __future__ import annotations

import os
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
    (tmp_path / "file").touch(0o700)
    for path, problem in (
        (tmp_path, "is not on RAM (tmpfs or ramfs)"),
        (tmp_path / "missing", "cannot be used: No such file or directory"),
        (tmp_path / "file", "is not a folder that you can write to"),
    ):
        with pytest.raises(ConfigError) as caught:
            ram_folder.base({ram_folder.VARIABLE: str(path)})
        what = f"DOCKGATE_RUNTIME_DIR={path} {problem}"
        assert str(caught.value) == f"{what}\n  → name a folder on tmpfs, such as /dev/shm"


def test_a_folder_that_is_not_ours_to_write_to_is_refused(
    tmp_path: Path, mounted: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root's and our own are fine, and one that is only read is not."""
    mounted("tmpfs")
    asked = list[tuple[Path, int]]()

    def access(path: Path, how: int) -> bool:
        asked.append((path, how))
        return len(asked) < 2

    with monkeypatch.context() as other:
        other.setattr(os, "access", access)
        assert ram_folder._problem(tmp_path) == ""
        assert ram_folder._problem(tmp_path) == "is not a folder that you can write to"
    assert asked == [(tmp_path, os.W_OK | os.X_OK)] * 2
    real = Path.stat
    for owner, problem in ((0, ""), (4242, "belongs to another user")):
        monkeypatch.setattr(Path, "stat", lambda path, owner=owner: _owned(real(path), owner))
        assert ram_folder._problem(tmp_path) == problem


def _owned(status: os.stat_result, owner: int) -> os.stat_result:
    return os.stat_result([*status[:4], owner, *status[5:]])


def test_a_folder_in_which_others_can_rename_is_refused(tmp_path: Path, mounted: Callable[[str], None]) -> None:
    """World-writable is fine with the sticky bit only."""
    mounted("tmpfs")
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    for mode in (0o777, 0o720, 0o702):
        shared.chmod(mode)
        assert ram_folder._problem(shared) == "lets other users rename what is in it (no sticky bit)"
    shared.chmod(0o755)
    assert ram_folder._problem(shared) == ""
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
    assert str(caught.value) == (
        f"no RAM-backed folder for decrypted secrets: {tmp_path} is not on RAM (tmpfs or ramfs); "
        f"{tmp_path}/missing cannot be used: No such file or directory\n"
        "  → mount a tmpfs and set DOCKGATE_RUNTIME_DIR to it; decrypted secrets are never written to a disk"
    )


@pytest.mark.parametrize(("user", "first"), [(0, "/run"), (7, "/run/user/7")])
def test_ram_is_looked_for_where_it_lasts(monkeypatch: pytest.MonkeyPatch, user: int, first: str) -> None:
    """Root's own folder of a login goes with the login."""
    monkeypatch.setattr(os, "geteuid", lambda: user)
    assert ram_folder.places() == (Path(first), Path("/dev/shm"))  # noqa: S108 - what is asked for


def test_the_first_place_that_is_ram(
    tmp_path: Path, mounted: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are not touched."""
    mounted("tmpfs")
    monkeypatch.setattr(ram_folder, "places", lambda: (tmp_path / "missing", tmp_path))
    assert ram_folder.base({}) == tmp_path


def test_this_machine_has_ram() -> None:
    """The places that are looked at are right on a common Linux."""
    assert ram_folder.is_ram(ram_folder.base({}))
    assert not ram_folder.is_ram(Path("/proc"))
    with tempfile.TemporaryDirectory(dir=ram_folder.base({})) as folder:
        assert ram_folder.is_ram(Path(folder))
