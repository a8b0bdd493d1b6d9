"""What a release refuses before it changes anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.errors import ConfigError
from dockgate.release.pipeline import run
from dockgate.release.pipeline.run import ReleaseRequest
from dockgate.release.signing import keys
from tests.unit.release import releasing
from tests.unit.release.releasing import git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.release.pipeline.shop import Shop

IDENTITY = "git config user.name NAME, and git config user.email ADDRESS"


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (
            lambda s: (s.root / "app.lock").write_text("x"),
            "the working tree is dirty: app.lock\n  → commit or stash it: a release is a commit",
        ),
        (
            lambda s: [(s.root / name).write_text("x") for name in "abcdefg"],
            "the working tree is dirty: a, b, c, d, e and 2 more\n  → commit or stash it: a release is a commit",
        ),
        (
            lambda s: git(s.root, "switch", "--quiet", "--create", "feature"),
            "releases are made on main, this is feature\n  → git switch main, or [tool.dockgate.release] branch",
        ),
        (
            lambda s: git(s.root, "switch", "--quiet", "--detach"),
            "releases are made on main, this is no branch\n  → git switch main, or [tool.dockgate.release] branch",
        ),
        (
            lambda s: git(s.root, "tag", "v0.1.1"),
            "the tag v0.1.1 exists, here or on the remote\n  → --bump or --version another one",
        ),
        (
            lambda s: (s.root / keys.PRIVATE).unlink(),
            "there is no key to sign with, and unsigned releases do not exist\n  → inv releases.keygen",
        ),
        (
            lambda s: git(s.root, "config", "user.name", ""),
            "git does not know who commits: a release has a commit of its own\n  → " + IDENTITY,
        ),
    ],
)
def test_release_is_refused_before_anything_changes(shop: Shop, damage: Callable[[Shop], Any], said: str) -> None:
    """Release is refused before anything changes."""
    damage(shop)
    head = git(shop.root, "rev-parse", "HEAD")
    with pytest.raises(ConfigError) as caught:
        shop.release()
    assert (caught.value.code, str(caught.value)) == (2, said)
    assert git(shop.root, "rev-parse", "HEAD") == head
    assert shop.work.calls == []


def test_release_without_changes_is_refused(shop: Shop) -> None:
    """Release without changes is refused."""
    shop.release()
    with pytest.raises(ConfigError) as caught:
        shop.release()
    assert str(caught.value) == (
        "the Unreleased section of the changelog is empty\n  → say there what this release changes"
    )


@pytest.mark.parametrize("upstream", [False, True], ids=["never fetched", "with an upstream"])
def test_release_behind_its_remote_is_refused(shop: Shop, tmp_path: Path, upstream: bool) -> None:  # noqa: FBT001
    """The remote itself is asked: what was fetched last week says nothing."""
    git(tmp_path, "clone", "--quiet", "--bare", str(shop.root), "remote")
    releasing.change(shop.root, "one more")
    git(shop.root, "push", "--quiet", str(tmp_path / "remote"), "main")
    git(shop.root, "remote", "add", "origin", str(tmp_path / "remote"))
    if upstream:
        git(shop.root, "fetch", "--quiet", "origin")
        git(shop.root, "branch", "--quiet", "--set-upstream-to=origin/main")
        git(shop.root, "update-ref", "-d", "refs/remotes/origin/main")  # what was fetched is old
    git(shop.root, "reset", "--quiet", "--hard", "HEAD~1")
    with pytest.raises(ConfigError) as caught:
        shop.release()
    assert str(caught.value) == "main is 1 commits behind its remote\n  → git pull --ff-only"


def test_a_tag_that_only_the_remote_has_is_refused(shop: Shop, tmp_path: Path) -> None:
    """Another person released that version; a push of ours would be rejected when all is done."""
    git(tmp_path, "clone", "--quiet", "--bare", str(shop.root), "remote")
    git(tmp_path / "remote", "tag", "v0.1.1")
    git(shop.root, "remote", "add", "origin", str(tmp_path / "remote"))
    with pytest.raises(ConfigError, match=r"v0\.1\.1 exists, here or on the remote"):
        run.begin(shop.project, ReleaseRequest(), shop.work, shop.store)
    run.begin(shop.project, ReleaseRequest(version="0.1.2"), shop.work, shop.store)


def test_remote_that_does_not_answer_is_said_and_its_last_known_state_counts(shop: Shop, tmp_path: Path) -> None:
    """A machine without a network can release; one that knows it is behind cannot."""
    git(tmp_path, "clone", "--quiet", "--bare", str(shop.root), "remote")
    git(shop.root, "remote", "add", "origin", str(tmp_path / "remote"))
    git(shop.root, "fetch", "--quiet", "origin")
    (tmp_path / "remote").rename(tmp_path / "gone")
    made, _ = run.begin(shop.project, ReleaseRequest(), shop.work, shop.store)
    [note] = made.notes
    assert note.startswith("the remote was not asked, its last known state counts: ")
    assert not note.endswith(": ")
    releasing.change(shop.root, "fetched before")
    git(shop.root, "update-ref", "refs/remotes/origin/main", "HEAD")
    git(shop.root, "reset", "--quiet", "--hard", "HEAD~1")
    with pytest.raises(ConfigError, match="1 commits behind"):
        shop.release()


def test_older_or_malformed_version_is_refused(shop: Shop) -> None:
    """Older or malformed version is refused."""
    for wanted in ("1.2", "v1.2.3", "../../etc"):
        with pytest.raises(ConfigError):
            shop.release(ReleaseRequest(version=wanted))
    with pytest.raises(ConfigError) as caught:
        shop.release(ReleaseRequest(version="0.0.9"))
    assert str(caught.value) == "0.0.9 is older than 0.1.0\n  → --bump=patch|minor|major"
