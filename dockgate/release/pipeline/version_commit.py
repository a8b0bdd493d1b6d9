"""The version commit: the changelog's section and the version's number, made once, found again by a resumed release."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockgate.core.errors import ConfigError
from dockgate.release import version
from dockgate.release.pipeline import changelog
from dockgate.system import atomic_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dockgate.release.pipeline.journal import Outputs
    from dockgate.release.pipeline.release_context import ReleaseContext
    from dockgate.system.git import Git


def make(context: ReleaseContext) -> Mapping[str, Any]:
    """Commit the changelog and the version; made from the base commit, so that a second try writes the same."""
    git = context.git
    if _there(context):
        return {"commit": git.head()}
    written = files(context)
    for name, content in written.items():
        _put(context, context.project.root / name, content)
    return {"commit": git.commit([*written], _message(str(context.version)), context.started)}


def _put(context: ReleaseContext, file: Path, content: str) -> None:
    """Replace a tracked file at once: half a pyproject.toml would stop every task, a leftover beside it the release."""
    context.scratch.mkdir(parents=True, exist_ok=True)
    made = context.scratch / file.name
    atomic_file.replace(made, content.encode(), file.stat().st_mode & 0o777)
    made.replace(file)


def files(context: ReleaseContext) -> dict[str, str]:
    """Return the files of the version commit with their new content."""
    settings, git = context.settings, context.git
    text = git.show(context.base, settings.changelog)
    current = git.show(context.base, settings.version_file)
    return {
        settings.changelog: changelog.cut(text, settings.changelog, str(context.version), context.day.date()),
        settings.version_file: version.written(current, settings.version_file, context.version),
    }


def committed(git: Git, base: str, number: str) -> bool | None:
    """Return whether the version commit is there; None when HEAD is neither it nor what the release began on."""
    head = git.head()
    if head == base:
        return False
    return True if _follows(git, head, base, _message(number)) else None


def _follows(git: Git, head: str, commit: str, message: str) -> bool:
    return git.parent(head) == commit and git.run("log", "-1", "--format=%s", head) == message


def made(outputs: Outputs) -> str:
    """Return the version commit of a release in progress, empty where it got no further."""
    return str(outputs["commit"]["commit"]) if "commit" in outputs else ""


def hold(git: Git, head: str, base: str, commit: str, followed: str) -> None:
    """Raise ConfigError where `head` is neither the version commit nor one with the message `followed` on top of it.

    What was built and proven would not be what is checked out. The fix loses nothing that was committed since.
    """
    if head == commit or _follows(git, head, commit, followed):
        return
    if git.contains(head, commit):
        fix = f"{undone(base, commit, head)}; then inv release --restart"
    else:
        fix = f"inv release --restart begins again from here; git reset --keep {commit[:12]} and inv release go on"
    raise ConfigError(f"HEAD is {head[:12]}, and not the release's commit {commit[:12]} any more", fix=fix)


def undone(base: str, commit: str, head: str) -> str:
    """Return the command that takes the version commit back, and the changelog's entries out of its section."""
    return f"git reset --keep {base[:12]}" if head == commit else f"git revert --no-edit {commit[:12]}"


def _message(number: str) -> str:
    return f"Release {number}"


def _there(context: ReleaseContext) -> bool:
    """Return whether our commit is there already; ConfigError when HEAD moved."""
    found = committed(context.git, context.base, str(context.version))
    if found is None:
        raise ConfigError(
            f"HEAD moved to {context.git.head()[:12]} since the release of {context.version} began on "
            f"{context.base[:12]}",
            fix="inv release --restart begins again from here",
        )
    return found
