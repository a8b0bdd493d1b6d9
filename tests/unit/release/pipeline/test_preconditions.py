"""Why a release must not begin, and which of the reasons count for one that goes on."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from semver import Version

from dockgate.core.errors import ConfigError
from dockgate.release.pipeline import preconditions

FACTS = preconditions.ReleaseState(
    dirty=("env/prod.release.toml",),
    branch="main",
    wanted_branch="main",
    behind=0,
    tags=frozenset({"v1.0.0"}),
    entries=("One",),
    signing_key=True,
    identified=True,
    current=Version(1, 0, 1),
)
NEXT = Version(1, 0, 1)


@pytest.mark.parametrize("resuming", [True, False])
def test_nothing_speaks_against_a_release(resuming: bool) -> None:  # noqa: FBT001 - as it is given
    """A pointer of an environment may wait for its commit; the version may be the one that is written already."""
    preconditions.check(FACTS, NEXT, resuming=resuming)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"signing_key": False}, "there is no key to sign with"),
        ({"identified": False}, "git does not know who commits"),
        ({"branch": "next"}, "releases are made on main, this is next"),
        ({"branch": ""}, "releases are made on main, this is no branch"),
    ],
)
def test_what_speaks_against_every_release(change: dict[str, Any], said: str) -> None:
    """Also against one that goes on."""
    for resuming in (True, False):
        with pytest.raises(ConfigError, match=f"^{said}"):
            preconditions.check(replace(FACTS, **change), NEXT, resuming=resuming)


@pytest.mark.parametrize(
    ("resuming", "fix"),
    [
        (False, "git pull --ff-only"),
        (True, "git reset --keep to before its commit, inv release --restart after git pull --ff-only"),
    ],
)
def test_a_release_that_is_behind_says_how_it_catches_up(resuming: bool, fix: str) -> None:  # noqa: FBT001 - as above
    """One that committed already takes that back first."""
    with pytest.raises(ConfigError) as caught:
        preconditions.check(replace(FACTS, behind=2), NEXT, resuming=resuming)
    assert str(caught.value) == f"main is 2 commits behind its remote\n  → {fix}"


@pytest.mark.parametrize(
    ("change", "version", "said"),
    [
        ({"dirty": ("env/prod.env",)}, NEXT, "the working tree is dirty: env/prod.env"),
        ({"dirty": ("x/prod.release.toml",)}, NEXT, "the working tree is dirty: x/prod.release.toml"),
        ({}, Version(1, 0, 0), "the tag v1.0.0 exists, here or on the remote"),
        ({"tags": frozenset()}, Version(1, 0, 0), "1.0.0 is older than 1.0.1"),
        ({"entries": ()}, NEXT, "the Unreleased section of the changelog is empty"),
    ],
)
def test_what_speaks_against_a_new_release_alone(change: dict[str, Any], version: Version, said: str) -> None:
    """One that goes on has its commit, or is asked about its own files."""
    with pytest.raises(ConfigError) as caught:
        preconditions.check(replace(FACTS, **change), version, resuming=False)
    assert caught.value.what == said
    preconditions.check(replace(FACTS, **change), version, resuming=True)


@pytest.mark.parametrize(("count", "shown"), [(5, "0, 1, 2, 3, 4"), (6, "0, 1, 2, 3, 4 and 1 more")])
def test_a_line_s_worth_of_what_is_not_committed_is_named(count: int, shown: str) -> None:
    with pytest.raises(ConfigError) as caught:
        preconditions.clean(map(str, range(count)))
    assert str(caught.value) == f"the working tree is dirty: {shown}\n  → commit or stash it: a release is a commit"
