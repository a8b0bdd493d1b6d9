"""sops#52, sops#1117: an encrypted store with a merge conflict."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.core import project
from dockgate.secrets import store as secret_store

if TYPE_CHECKING:
    from tests.reports.repository import Repository

SECRET = '[{}]\nsecret = true\nenvironments = ["staging"]\n'
SCHEMA = "".join(SECRET.format(name) for name in ("SHARED", "OURS", "THEIRS"))
BEFORE, MINE, YOURS = "kX7mQ2vN9pR4tW8z", "bB3cF6hJ5kX7mQ2v", "N9pR4tW8zB3cF6hJ"
STAGING = "--env=staging"


def values(repository: Repository) -> dict[str, str]:
    loaded = project.load(repository.folder, repository.env)
    store = secret_store.load(loaded, loaded.environment("staging"))
    assert store is not None
    return {name: entry.value.reveal() for name, entry in store.entries.items()}


@pytest.fixture
def branches(repository: Repository) -> Repository:
    """Return a repository on `main`, where `theirs` has a secret of its own."""
    repository.write("services: {web: {image: web}}\n", env__schema_toml=SCHEMA)
    repository.dockgate("secrets.init", STAGING)
    change(repository, "begin", SHARED=BEFORE)
    repository.git("checkout", "-q", "-b", "theirs")
    change(repository, "theirs", THEIRS=YOURS)
    repository.git("checkout", "-q", "main")
    return repository


def change(repository: Repository, message: str, **values: str) -> None:
    for name, value in values.items():
        repository.dockgate("secrets.set", name, STAGING, stdin=value)
    repository.git("add", "-A")
    repository.git("commit", "-q", "-m", message)


@pytest.mark.parametrize("driver", [True, False], ids=["with the driver", "without"])
def test_secrets_of_both_branches_are_there(branches: Repository, driver: bool) -> None:  # noqa: FBT001 - a case
    """Git merges by itself where it has the driver; else the store names the command that does."""
    change(branches, "ours", OURS=MINE)
    if not driver:
        branches.git("config", "--local", "--remove-section", "merge.dockgate-secrets")
    branches.git("merge", "theirs", "-m", "both", code=0 if driver else 1)
    if not driver:
        said = branches.dockgate("secrets.list", STAGING, code=2)
        assert "has a merge conflict → dockgate secrets.merge --env=staging" in said
        branches.dockgate("secrets.merge", STAGING)
    assert values(branches) == {"SHARED": BEFORE, "OURS": MINE, "THEIRS": YOURS}
    branches.dockgate("secrets.fingerprint", STAGING, "--check")


@pytest.mark.parametrize(("way", "side", "kept"), [("merge", "theirs", YOURS), ("rebase", "ours", MINE)])
def test_what_both_changed_waits_for_a_choice(branches: Repository, way: str, side: str, kept: str) -> None:
    """Nothing is lost until then, and no command takes the store; a rebase turns the words round, and says so."""
    change(branches, "ours", SHARED=MINE)
    branches.git("checkout", "-q", "theirs")
    change(branches, "theirs too", SHARED=YOURS)
    branches.git("checkout", "-q", "main")
    branches.git(way, "theirs", code=1)
    assert "two values of SHARED" in branches.dockgate("secrets.list", STAGING, code=2)
    said = branches.dockgate("secrets.merge", STAGING, code=2)
    assert ("in a rebase, git's ours is" in said) is (way == "rebase")
    asked = side if way == "merge" else {"ours": "theirs", "theirs": "ours"}[side]
    branches.dockgate("secrets.merge", STAGING, f"--{asked}=SHARED")
    assert values(branches) == {"SHARED": kept, "THEIRS": YOURS}
    branches.git("add", "-A")
    branches.git("-c", "core.editor=true", way, "--continue")
    branches.dockgate("secrets.fingerprint", STAGING, "--check")


def test_a_colleague_who_cannot_read_the_store_loses_nothing(branches: Repository) -> None:
    """Their merge leaves both versions whole; a recipient finishes it."""
    change(branches, "ours", OURS=MINE)
    nobody = branches.folder.parent / "nobody.txt"
    branches.run("git", "merge", "theirs", "-m", "both", code=1, DOCKGATE_AGE_IDENTITY=str(nobody))
    branches.git("commit", "-q", "-a", "-m", "as git left it")
    branches.dockgate("secrets.merge", STAGING)
    assert values(branches) == {"SHARED": BEFORE, "OURS": MINE, "THEIRS": YOURS}
