"""Why a release must not begin: decided from facts, before anything is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core.errors import ConfigError
from dockgate.release.version import tag

if TYPE_CHECKING:
    from collections.abc import Iterable

    from semver import Version


class ReleaseState(Struct, frozen=True):
    """What was looked up about the working tree, the branch, the tag, the changelog, the key and who commits."""

    dirty: tuple[str, ...]
    branch: str
    wanted_branch: str
    behind: int
    tags: frozenset[str]
    entries: tuple[str, ...]
    signing_key: bool
    identified: bool
    current: Version


def check(facts: ReleaseState, version: Version, *, resuming: bool) -> None:
    """Raise ConfigError for the first reason not to release `version` now, with its fix."""
    if not facts.signing_key:
        raise ConfigError("there is no key to sign with, and unsigned releases do not exist", fix="inv releases.keygen")
    if not facts.identified:
        fix = "git config user.name NAME, and git config user.email ADDRESS"
        raise ConfigError("git does not know who commits: a release has a commit of its own", fix=fix)
    if facts.branch != facts.wanted_branch:
        raise ConfigError(
            f"releases are made on {facts.wanted_branch}, this is {facts.branch or 'no branch'}",
            fix=f"git switch {facts.wanted_branch}, or [tool.dockgate.release] branch",
        )
    if facts.behind:
        first = "git reset --keep to before its commit, inv release --restart after " if resuming else ""
        raise ConfigError(
            f"{facts.branch} is {facts.behind} commits behind its remote", fix=f"{first}git pull --ff-only"
        )
    if resuming:
        return
    clean(facts.dirty)
    if tag(version) in facts.tags:
        raise ConfigError(
            f"the tag {tag(version)} exists, here or on the remote", fix="--bump or --version another one"
        )
    if version < facts.current:
        raise ConfigError(f"{version} is older than {facts.current}", fix="--bump=patch|minor|major")
    if not facts.entries:
        raise ConfigError("the Unreleased section of the changelog is empty", fix="say there what this release changes")


def clean(dirty: Iterable[str]) -> None:
    """Raise ConfigError where something is not committed: what is built would not be what the commit says."""
    if changed := [path for path in dirty if not pointer(path)]:
        shown = ", ".join(changed[:5]) + (f" and {len(changed) - 5} more" if len(changed) > 5 else "")  # noqa: PLR2004 - a line's worth
        raise ConfigError(f"the working tree is dirty: {shown}", fix="commit or stash it: a release is a commit")


def pointer(path: str) -> bool:
    """Return whether a path is an environment's pointer, which `promote` writes: it may wait for its commit."""
    return path.startswith("env/") and path.endswith(".release.toml")
