"""The copy for an editor: on RAM, private, and gone in the end."""

from __future__ import annotations

import os
import shutil
import stat
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.core.plan import Command
from dockgate.core.secret import Secret
from dockgate.secrets import editor as secrets_editor
from dockgate.system import process, ram_folder
from tests.unit.secrets.secretproject import project

if TYPE_CHECKING:
    from pathlib import Path


def script(tmp_path: Path, body: str) -> str:
    """Write an editor."""
    path = tmp_path / "editor"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o700)
    return str(path)


def test_the_draft_is_private_and_goes(ram: Path) -> None:
    """Mode 0600 below folders 0700; nothing stays, not even what the editor left beside it."""
    with secrets_editor.draft({ram_folder.VARIABLE: str(ram)}, "prod", Secret("A='1'\r\n")) as path:
        assert path.read_bytes() == b"A='1'\r\n"
        assert path == ram / f"dockgate-{os.geteuid()}" / f"edit-{os.getpid()}" / "prod.env"
        assert ram_folder.is_ram(path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert {stat.S_IMODE(folder.stat().st_mode) for folder in (path.parent, path.parent.parent)} == {0o700}
        (path.parent / ".prod.env.swp").write_text("copy")
        (path.parent / "backups/today").mkdir(parents=True)
        (path.parent / "backups/today/prod.env").write_text("copy")
    assert list(ram.iterdir()) == []


def test_the_draft_goes_when_the_edit_fails(ram: Path) -> None:
    """An exception is no reason to leave secrets behind."""
    with (
        pytest.raises(KeyboardInterrupt),
        secrets_editor.draft({ram_folder.VARIABLE: str(ram)}, "prod", Secret("A='1'")),
    ):
        raise KeyboardInterrupt
    assert list(ram.iterdir()) == []


def test_what_a_killed_run_left_is_swept(ram: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A draft whose process is gone is removed by the next one, or by another just now; a living process's stays."""
    removed: list[Path] = []
    remove = shutil.rmtree

    def vanishes(folder: Path, **options: Any) -> None:
        removed.append(folder)
        remove(folder, **options)
        if len(removed) == 1:
            raise FileNotFoundError(folder)

    monkeypatch.setattr(shutil, "rmtree", vanishes)
    dead = ram / f"dockgate-{os.geteuid()}" / "edit-999999999"
    alive = dead.with_name("edit-1")
    odd = dead.with_name("edit-x1")
    ours = dead.with_name(f"edit-{os.getpid()}")
    for folder in (dead, alive, odd, ours):
        folder.mkdir(parents=True, mode=0o700)
        folder.parent.chmod(0o700)
        (folder / "old.env").write_text("A='1'")
    with secrets_editor.draft({ram_folder.VARIABLE: str(ram)}, "prod", Secret("")):
        assert {*removed} == {dead, ours}
        assert {alive, odd} <= {*dead.parent.iterdir()}
        assert [each.name for each in ours.iterdir()] == ["prod.env"]
    assert not ours.exists()


def test_an_editor_that_fails_changes_nothing(tmp_path: Path, ram: Path) -> None:
    """`:cq` in Vim gives up."""
    work = project(tmp_path, VISUAL=script(tmp_path, "exit 3"), EDITOR="true")
    with pytest.raises(ToolFailedError) as caught:
        secrets_editor.edit(work, ram / "draft")
    assert str(caught.value) == f"{tmp_path}/editor exited 3; nothing was changed"


def test_an_editor_sees_the_screen_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = {name: name.lower() for name in ("DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS")}
    work = project(tmp_path, EDITOR="nano -w", OTHER="o", **screen)
    asked: list[Command] = []

    def attach(command: Command) -> int:
        asked.append(command)
        return 0

    monkeypatch.setattr(process, "attach", attach)
    (tmp_path / "draft").write_text("A=1")
    assert secrets_editor.edit(work, tmp_path / "draft") == Secret("A=1")
    assert asked == [Command(("nano", "-w", f"{tmp_path}/draft"), work.child_env(**screen))]


def test_an_editor_that_takes_the_file_away_changes_nothing(tmp_path: Path, ram: Path) -> None:
    """There is nothing to take over."""
    work = project(tmp_path, EDITOR="rm -f", PATH=os.environ["PATH"])
    with pytest.raises(ToolFailedError) as caught:
        secrets_editor.edit(work, ram / "draft")
    assert str(caught.value) == "rm did not leave a file: No such file or directory; nothing was changed"


def test_text_that_is_not_utf8_is_refused(tmp_path: Path, ram: Path) -> None:
    """What cannot be read is not written."""
    work = project(tmp_path, EDITOR=script(tmp_path, "printf '\\377' > \"$1\""), PATH=os.environ["PATH"])
    with pytest.raises(ConfigError) as caught:
        secrets_editor.edit(work, ram / "draft")
    assert str(caught.value) == "the edited text is not UTF-8; nothing was changed"


@pytest.mark.parametrize("process", [{}, {"EDITOR": ""}, {"EDITOR": "'unclosed"}])
def test_without_an_editor_the_way_out_is_told(process: dict[str, str]) -> None:
    """VISUAL and EDITOR are the names."""
    with pytest.raises(ConfigError) as caught:
        secrets_editor.editor(process)
    assert str(caught.value) == "no editor set\n  → set EDITOR (or VISUAL), such as EDITOR=nano"


def test_vim_writes_no_history() -> None:
    """Its swap, undo and history files are at home, on a disk."""
    assert secrets_editor.editor({"EDITOR": "/usr/bin/vim -X"}) == ("/usr/bin/vim", "-X", *secrets_editor.VIM)
    for name in ("vim", "nvim", "vim.basic", "vim.tiny", "vim.nox", "vim.gtk3"):
        assert secrets_editor.editor({"EDITOR": f"/none/{name}"}) == (f"/none/{name}", *secrets_editor.VIM)
    assert secrets_editor.editor({"EDITOR": "nano"}) == ("nano",)
    assert secrets_editor.editor({"EDITOR": "nano", "VISUAL": "emacs -nw"}) == ("emacs", "-nw")


def test_vim_by_another_name(tmp_path: Path) -> None:
    """`vi` is a link to it on most machines."""
    (tmp_path / "vim.basic").write_text("#!/bin/sh\n")
    (tmp_path / "vim.basic").chmod(0o700)
    (tmp_path / "vi").symlink_to("vim.basic")
    assert secrets_editor.editor({"EDITOR": str(tmp_path / "vi")}) == (str(tmp_path / "vi"), *secrets_editor.VIM)
