"""rubygems/release-gem#17: the tag exists on the remote only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.reports.repository import Repository

DEV = "--env=dev"
IDLE = 'init: true, stop_grace_period: 0s, command: [sleep, "1000"]'
CONFIGURATION = """
name = "{name}"
[environments.dev]
files = ["compose.yaml"]
[environments.prod]
files = ["compose.yaml"]
protected = true
[release]
branch = "main"
"""


@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_a_tag_that_only_the_remote_has_is_refused(repository: Repository, more: tuple[str, ...]) -> None:
    """Before anything is built."""
    remote = repository.folder.parent / "remote.git"
    repository.run("git", "init", "-q", "--bare", str(remote))
    repository.write(
        "services: {app: {image: app}}\n",
        CONFIGURATION,
        env__prod_env="",
        CHANGELOG_md="# Changelog\n\n## [Unreleased]\n\n- x\n",
    )
    (repository.folder / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "0.1.0"\n')
    (repository.folder / ".gitignore").write_text(".dockgate/\n")
    repository.dockgate("secrets.init", "--env=prod")
    repository.dockgate("releases.keygen")
    repository.git("add", "-A")
    repository.git("commit", "-q", "-m", "first")
    repository.git("tag", "v0.2.0")
    repository.git("remote", "add", "origin", str(remote))
    repository.git("push", "-q", "origin", "main", "v0.2.0")
    repository.git("tag", "-d", "v0.2.0")
    repository.git("branch", "--set-upstream-to=origin/main")
    said = repository.dockgate("release", "--version=0.2.0", *more, code=2)
    assert "v0.2.0" in said
