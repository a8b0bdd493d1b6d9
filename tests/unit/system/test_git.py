"""What a release asks Git."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from dockgate.system.git import Git
from tests.unit.release import releasing
from tests.unit.release.releasing import commit, git

if TYPE_CHECKING:
    from pathlib import Path


def test_tree_tells_commit_branch_and_every_kind_of_change(tmp_path: Path) -> None:
    """Names with spaces and line ends, staged, renamed, deleted, in conflict, untracked in a new folder."""
    project = releasing.shop(tmp_path / "shop", tmp_path / "home")
    root = project.root
    assert Git(project).tree().dirty == ()
    for name in ("kept one", "old", "gone", "fought"):
        (root / name).write_text(f"{name}\n" * 9)
    commit(root, "files")
    git(root, "checkout", "--quiet", "-b", "other")
    (root / "fought").write_text("theirs\n")
    commit(root, "theirs")
    git(root, "checkout", "--quiet", "main")
    (root / "fought").write_text("ours\n")
    commit(root, "ours")
    head = git(root, "rev-parse", "HEAD")
    with pytest.raises(subprocess.CalledProcessError):
        git(root, "merge", "other")
    (root / "kept one").write_text("changed\n")
    git(root, "mv", "old", "new name")
    (root / "gone").unlink()
    (root / "fresh").mkdir()
    (root / "fresh" / "two\nlines").write_text("")
    tree = Git(project).tree()
    assert (tree.commit, tree.branch, tree.behind) == (head, "main", None)
    assert sorted(tree.dirty) == ["fought", "fresh/two\nlines", "gone", "kept one", "new name", "old"]


def test_detached_head_is_no_branch(tmp_path: Path) -> None:
    """So that a release from it is refused."""
    project = releasing.shop(tmp_path / "shop", tmp_path / "home")
    git(project.root, "checkout", "--quiet", "--detach")
    assert Git(project).tree().branch == ""


def test_upstream_that_is_ahead_counts(tmp_path: Path) -> None:
    """As far as it was fetched."""
    project = releasing.shop(tmp_path / "shop", tmp_path / "home")
    git(project.root, "branch", "next")
    git(project.root, "branch", "--quiet", "--set-upstream-to=next")
    assert Git(project).tree().behind == 0
    git(project.root, "checkout", "--quiet", "next")
    commit(project.root, "one")
    commit(project.root, "two")
    git(project.root, "checkout", "--quiet", "main")
    assert Git(project).tree().behind == 2
