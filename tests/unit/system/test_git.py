"""What guardrails and a release ask git."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dockgate.core.errors import ToolFailedError
from dockgate.system import git_conflict, git_index
from dockgate.system.git import Git, metadata, repository, top_of
from tests.unit import projects
from tests.unit.guardrails.repository import make
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


def test_a_remote_that_does_not_answer_is_told_in_gits_words(tmp_path: Path) -> None:
    """The last line of them, without what stands before each."""
    project = releasing.shop(tmp_path / "shop", tmp_path / "home")
    git(project.root, "remote", "add", "away", str(tmp_path / "nowhere"))
    assert Git(project).fetch("away") == "and the repository exists."
    assert Git(project).remote_tags("away") == frozenset()
    git(project.root, "remote", "set-url", "away", str(project.root))
    assert Git(project).fetch("away") == ""


def test_tracked_and_changed_paths(tmp_path: Path) -> None:
    """Relative to the project; untracked files are changes, ignored ones are not."""
    made = make(tmp_path)
    (tmp_path / "env" / "dev.env").write_text("LOG_LEVEL=debug\n")
    (tmp_path / "new file.txt").write_text("x")
    (tmp_path / "x.local.env").write_text("x")
    assert "env/dev.env" in (Git(made).tracked() or ())
    assert set(Git(made).changes()) == {"env/dev.env", "new file.txt"}


def test_a_project_in_a_folder_of_its_repository(tmp_path: Path) -> None:
    """Paths are the project's, and other folders are none of its business."""
    inner = tmp_path / "deploy" / "shop"
    inner.mkdir(parents=True)
    git(tmp_path, "init", "-q")
    (tmp_path / "README").write_text("x")
    made = projects.make(inner, env__dev_env="A=b\n")
    (inner / "a tab\tin it").symlink_to("README")
    git(tmp_path, "add", ".")
    assert Git(made).tracked() == {"pyproject.toml": "100644", "env/dev.env": "100644", "a tab\tin it": "120000"}
    assert set(Git(made).changes()) == {"pyproject.toml", "env/dev.env", "a tab\tin it"}


def test_outside_a_repository_there_is_nothing_to_say(tmp_path: Path) -> None:
    """A release archive is no repository."""
    asking = Git(projects.make(tmp_path))
    assert asking.tracked() is None
    assert asking.ignored(["a"]) == frozenset()
    assert repository(tmp_path) is None
    assert (top_of(tmp_path), metadata(tmp_path)) == (tmp_path, None)
    assert git_conflict.stages(asking.project, "a") is None
    assert not git_conflict.rebasing(asking.project)


def test_a_repository_is_the_nearest_one(tmp_path: Path) -> None:
    """A second working tree has its own state elsewhere."""
    made = make(tmp_path)
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert (repository(inner), top_of(inner), metadata(inner)) == (tmp_path / ".git", tmp_path, tmp_path / ".git")
    (tmp_path / ".gitignore").write_text("*.log\n")
    assert Git(made).ignored(["x.log", "y.txt"]) == {"x.log"}
    assert Git(made).ignored([]) == frozenset()
    for name in ("rebase-merge", "rebase-apply"):
        assert not git_conflict.rebasing(made)
        (tmp_path / ".git" / name).mkdir()
        assert git_conflict.rebasing(made)
        (tmp_path / ".git" / name).rmdir()


def test_what_git_tracks_above_a_project(tmp_path: Path) -> None:
    """Of the files that it uses there; what is in it, or outside of the repository, is listed elsewhere."""
    inner = tmp_path / "top" / "shop"
    inner.mkdir(parents=True)
    git(tmp_path / "top", "init", "-q")
    for name in ("keys[1]", "shared", "other"):
        (tmp_path / "top" / name).write_text("x")
    made = projects.make(inner, env__dev_env="A=b\n")
    git(tmp_path / "top", "add", ".")
    asking, top = Git(made), tmp_path / "top"
    used = [top / "keys[1]", top / "shared", inner / "env/dev.env", tmp_path / "outside"]
    assert asking.above(used) == {"../keys[1]": "100644", "../shared": "100644"}
    assert asking.above([inner / "env/dev.env", tmp_path]) == {}
    assert Git(replace(made, root=top)).above([top / "shared"]) == {}


def test_history_is_told_as_git_has_it(tmp_path: Path) -> None:
    """Parents, tags, who commits, and files as they were."""
    project = releasing.shop(tmp_path / "shop", tmp_path / "home")
    asking, root = Git(project), project.root
    first = asking.head()
    assert (asking.parent(first), asking.identified()) == ("", True)
    (root / "file").write_text("one  \n")
    second = asking.commit(["file"], "second", "2026-01-02T03:04:05+00:00")
    assert (asking.parent(second), asking.head()) == (first, second)
    assert (asking.contains(second, first), asking.contains(first, second)) == (True, False)
    assert asking.show(second, "file") == "one  \n"
    asking.tag("v1", first, "said", "2026-01-02T03:04:05+00:00")
    assert (asking.tagged("v1"), asking.tagged("v2")) == (first, "")
    assert "v1" in asking.tags()
    assert git(root, "for-each-ref", "--format=%(contents:subject) %(taggerdate:iso-strict)", "refs/tags/v1") == (
        "said 2026-01-02T03:04:05+00:00"
    )
    dates = git(root, "show", "--no-patch", "--format=%aI %cI", second)
    assert dates == "2026-01-02T03:04:05+00:00 2026-01-02T03:04:05+00:00"
    git(root, "remote", "add", "near", str(root))
    assert "v1" in asking.remote_tags("near")


def test_a_conflict_has_its_versions(tmp_path: Path) -> None:
    """Of each side that has one, byte by byte; a path that is merged has none."""
    project = releasing.shop(tmp_path / "shop", tmp_path / "home")
    root = project.root
    (root / "a b").write_bytes(b"base\xff\n")
    commit(root, "base")
    git(root, "checkout", "--quiet", "-b", "other")
    (root / "a b").write_bytes(b"theirs\n")
    (root / "new").write_bytes(b"theirs\n")
    commit(root, "theirs")
    git(root, "checkout", "--quiet", "main")
    (root / "a b").write_bytes(b"ours\n")
    (root / "new").write_bytes(b"ours\n")
    commit(root, "ours")
    with pytest.raises(subprocess.CalledProcessError):
        git(root, "merge", "other")
    assert git_conflict.stages(project, "a b") == git_conflict.Stages(b"base\xff\n", b"ours\n", b"theirs\n")
    assert git_conflict.stages(project, "new") == git_conflict.Stages(None, b"ours\n", b"theirs\n")
    assert git_conflict.stages(project, "pyproject.toml") is None
    assert git_conflict.attribute(project, "a b") == "unspecified"
    (root / ".gitattributes").write_text("new merge=own\n")
    assert git_conflict.attribute(project, "new") == "own"
    assert git_conflict.driver(project, "own") == ""
    git_conflict.set_driver(project, "own", "Our own", "run %O")
    assert git_conflict.driver(project, "own") == "run %O"
    assert git(root, "config", "--local", "merge.own.name") == "Our own"


def test_a_repository_that_git_cannot_read_is_a_refusal(tmp_path: Path) -> None:
    """Fail closed: a broken index does not mean a clean tree."""
    made = make(tmp_path)
    (tmp_path / ".git" / "HEAD").write_text("nonsense")
    with pytest.raises(ToolFailedError, match="git failed in this repository: fatal: not a git repository") as caught:
        Git(made).tracked()
    fix = "the guardrails need git's list of tracked and changed files; fix git, then run again"
    assert caught.value.fix == fix


@pytest.mark.parametrize("setting", ["core.fsmonitor", "filter.evil.clean", "filter.evil.process"])
def test_a_checkout_has_nothing_started(tmp_path: Path, setting: str) -> None:
    """Its configuration names a program; what is tracked, changed and staged is found without it."""
    project = releasing.shop(tmp_path / "shop", tmp_path / "home")
    root = project.root
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path / 'ran'}\ncat\n")
    program.chmod(0o755)
    (root / ".gitattributes").write_text("* filter=evil\n")
    (root / "file").write_text("one\n")
    commit(root, "attributes")
    git(root, "config", setting, str(program))
    (root / "file").write_text("two\n")
    asking = Git(project)
    assert asking.changes() == ("file",)
    assert asking.tree().dirty == ("file",)
    assert "file" in (asking.tracked() or ())
    assert git_index.staged(asking) == {}
    assert not (tmp_path / "ran").exists()
