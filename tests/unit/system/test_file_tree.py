"""Files of a tree in a stable order, folders of tools left out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dockgate.system import file_tree

if TYPE_CHECKING:
    import pytest


def test_order_names_and_folders_of_tools(tmp_path: Path) -> None:
    """A link that leads nowhere is no file."""
    for name in ("b/x.txt", "a/x.txt", "a/y.md", "node_modules/x.txt", "a/.tox/x.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "a/z.txt").symlink_to("nowhere")
    found = file_tree.walk(tmp_path, lambda name: name.endswith(".txt"))
    assert [str(path.relative_to(tmp_path)) for path in found] == ["a/x.txt", "b/x.txt"]
    skipped: list[Path] = []
    every = file_tree.walk(tmp_path, skipped=skipped.append)
    assert [str(path.relative_to(tmp_path)) for path in every] == ["a/x.txt", "a/y.md", "b/x.txt"]
    assert skipped == [tmp_path / "node_modules", tmp_path / "a/.tox"]


def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is for the caller to refuse."""

    def scandir(path: str) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("os.scandir", scandir)
    unread: list[Path] = []
    assert list(file_tree.walk(tmp_path, unread=unread.append)) == []
    assert unread == [tmp_path]


def test_a_file_that_cannot_be_asked_about_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading it fails again, and is refused there."""
    (tmp_path / "a").write_text("")

    def refused(_path: Path) -> bool:
        raise PermissionError

    monkeypatch.setattr(Path, "is_file", refused)
    assert list(file_tree.walk(tmp_path)) == [tmp_path / "a"]
