"""What is about to be committed, and the links among what git tracks."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ToolFailedError
from dockgate.system import git_index
from dockgate.system.git import Git
from tests.unit.guardrails.repository import make
from tests.unit.release.releasing import git

if TYPE_CHECKING:
    from pathlib import Path


def test_links_lead_into_the_project_or_out_of_it(tmp_path: Path) -> None:
    """Through other links, to what does not exist, to itself; untracked ones are none of git's."""
    root = tmp_path / "shop"
    root.mkdir()
    made = make(root, file_txt="x")
    leads = {
        ".env": "../.env",
        "in": "file.txt",
        "sub/up": "../in",
        "gone": "nowhere",
        "out": "/etc/hostname",
        "loop": "loop",
    }
    (root / "sub").mkdir()
    for name, target in leads.items():
        (root / name).symlink_to(target)
    git(root, "add", ".")
    (root / "untracked").symlink_to("file.txt")
    found = git_index.links(root, Git(made).tracked() or {})
    assert found == {".env": "", "in": "file.txt", "sub/up": "file.txt", "gone": "nowhere", "out": "", "loop": "loop"}


def test_staged_names_and_contents_of_any_kind(tmp_path: Path) -> None:
    """Renamed, twice the same, empty, binary, with a line break in the name; not what is deleted or changed since."""
    made = make(tmp_path, old_txt="text\n", gone_txt="x")
    git(tmp_path, "mv", "old.txt", "new.txt")
    git(tmp_path, "rm", "-q", "gone.txt")
    contents = {"a b.txt": b"text\n", "c\nd.txt": b"", "e.bin": b"\0\n\xff\n", "ü.txt": b"no break"}
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
    git(tmp_path, "add", ".")
    (tmp_path / "a b.txt").write_text("later")
    assert git_index.staged(Git(made)) == {"new.txt": b"text\n", **contents}


def test_a_submodule_has_no_content(tmp_path: Path) -> None:
    """Its commit is in another repository."""
    for name in ("made", "other"):
        (tmp_path / name).mkdir()
    made = make(tmp_path / "made")
    make(tmp_path / "other")
    git(tmp_path / "made", "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(tmp_path / "other"), "sub")
    assert set(git_index.staged(Git(made))) == {".gitmodules"}


def test_a_blob_that_is_gone_is_a_refusal(tmp_path: Path) -> None:
    """Fail closed: what cannot be parsed has not been looked at."""
    made = make(tmp_path)
    (tmp_path / "a.txt").write_text("only here")
    git(tmp_path, "add", "a.txt")
    blob = hashlib.sha1(b"blob 9\0only here", usedforsecurity=False).hexdigest()
    (tmp_path / ".git/objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(ToolFailedError) as caught:
        git_index.staged(Git(made))
    assert str(caught.value) == f"git has no blob {blob}, which its index refers to\n  → git fsck"
