"""Folders that services mount and that are not there yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.errors import ToolFailedError
from dockgate.stack.runtimes.compose import mount_folders

if TYPE_CHECKING:
    from pathlib import Path


def mounting(*sources: str, **more: Any) -> dict[str, Any]:
    """Return a model with these mounts."""
    volumes = [{"type": "bind", "source": each, "target": "/x", **more} for each in sources]
    return {"services": {"db": {"volumes": volumes}, "other": {"volumes": volumes}, "bare": {}}}


def test_only_what_is_missing_in_the_project_is_made(tmp_path: Path) -> None:
    """Once, with its parents; what is there, even a link to nowhere, and what is outside are left alone."""
    root = tmp_path / "project"
    (root / "there").mkdir(parents=True)
    (root / "link").symlink_to("nowhere")
    sources = [f"{root}/data/db", f"{root}/there", f"{root}/link", f"{tmp_path}/outside", f"{root}/../above"]
    assert mount_folders.make(mounting(*sources), root) == ["data/db"]
    assert (root / "data/db").is_dir()
    assert not (tmp_path / "outside").exists()
    assert not (tmp_path / "above").exists()
    assert mount_folders.make(mounting(*sources), root) == []


def test_what_is_not_to_be_made_is_not(tmp_path: Path) -> None:
    """`create_host_path: false`, and volumes."""
    assert mount_folders.make(mounting(f"{tmp_path}/a", bind={"create_host_path": False}), tmp_path) == []
    volumes = [{"type": "volume", "source": f"{tmp_path}/a"}, {"type": "bind", "source": None}]
    assert mount_folders.make({"services": {"db": {"volumes": volumes}, "api": {"volumes": None}}}, tmp_path) == []
    assert mount_folders.make({"services": None}, tmp_path) == []
    assert mount_folders.make(mounting(f"{tmp_path}/b", bind={}), tmp_path) == ["b"]
    assert mount_folders.make(mounting(f"{tmp_path}/c", bind=None), tmp_path) == ["c"]


def test_what_cannot_be_made_is_said(tmp_path: Path) -> None:
    """The engine would have failed later."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ToolFailedError) as caught:
        mount_folders.make(mounting(f"{tmp_path}/file/below"), tmp_path)
    what = f"{tmp_path}/file/below cannot be made, and a service mounts it: Not a directory"
    assert str(caught.value) == f"{what}\n  → create it"
