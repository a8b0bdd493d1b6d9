"""The task that merges encrypted secrets: git's merge driver, and what is chosen after a merge that stopped."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError, DockgateError
from dockgate.tasks import secret_input
from dockgate.tasks.framework import Session, command

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockgate.core.project import Environment
    from dockgate.secrets.conflicts import Side
    from dockgate.secrets.merge import Merged

FILE = "env/fingerprints.toml"
REBASE = "in a rebase, git's ours is the branch that you rebase onto, and theirs is your own commit"


@command(
    iterable=("ours", "theirs"),
    help={
        "env": "environment whose store git could not merge, such as prod",
        "ours": "secret that keeps the value of the current branch; repeatable",
        "theirs": "secret that gets the value of the other branch; repeatable",
        "base": "for git's merge driver (%O): file of the common ancestor",
        "current": "for git's merge driver (%A): file of the current branch, which gets the result",
        "other": "for git's merge driver (%B): file of the other branch",
        "path": "for git's merge driver (%P): path of the store in the repository",
        **secret_input.WAIT,
    },
)
def merge(
    session: Session,
    *,
    env: str = "",
    ours: Sequence[str] | None = None,
    theirs: Sequence[str] | None = None,
    base: str = "",
    current: str = "",
    other: str = "",
    path: str = "",
    lock_wait: int = 0,
) -> None:
    """Merge a store that two branches changed, by name; where both differ, both values are kept."""
    if base or current or other:
        _drive(session, (base, current, other), path)
        return
    from dockgate.secrets.conflicts import Side

    choices = {**dict.fromkeys(ours or (), Side.OURS), **dict.fromkeys(theirs or (), Side.THEIRS)}
    if twice := sorted({*(ours or ())} & {*(theirs or ())}):
        raise ConfigError(f"{', '.join(twice)} cannot have both values", fix="name each once, with --ours or --theirs")
    environment = session.target(env).environment
    with secret_input.exclusive(session, "merge", lock_wait):
        _finish(session, environment, choices)


def _finish(session: Session, environment: Environment, choices: Mapping[str, Side]) -> None:
    """Merge what git left, and choose; ConfigError while two values of a secret are kept."""
    from dockgate.secrets import merge_files
    from dockgate.secrets.fingerprints import merge as fingerprints_merge
    from dockgate.system import git_conflict

    repaired = fingerprints_merge.repair(session.project)
    merged = merge_files.unfinished(session.project, environment)
    if merged is None and choices:
        raise ConfigError(f"{environment.secrets} has no merge conflict")
    document: dict[str, object] = {"environment": environment.name, "path": environment.secrets}
    if merged is None:
        session.show({**document, "merged": False}, "" if repaired else f"{environment.secrets}: nothing to merge")
    else:
        done = merge_files.finish(session.project, environment, merged, choices)
        if done.store.conflicts and git_conflict.rebasing(session.project):
            session.say(REBASE)
        _settled(done, environment.name)
        session.show(
            {**document, "merged": True, "taken": list(done.taken)}, f"{environment.secrets}: {_what(done, choices)}"
        )
    if repaired:
        session.say(f"{FILE}: merged")
    if repaired or merged:
        session.say(f"git add {environment.secrets} {FILE}, then continue the merge")


def _drive(session: Session, files: tuple[str, str, str], path: str) -> None:
    """Merge the files that git hands its driver; an error leaves a file that cannot be taken for merged."""
    from dockgate.core import project
    from dockgate.secrets import merge_files

    if not all(files):
        raise ConfigError("git's merge driver needs --base, --current and --other", fix="docs/secrets.md")
    shown, name = path or "the store", _environment(session, path)
    base, current, other = map(Path, files)
    try:
        done = merge_files.driven(project.process_environment(), base, current, other, shown)
    except DockgateError as error:
        fix = f"inv secrets.merge --env={name} merges it later; it now has both versions, and no command takes it"
        error.fix = "; ".join(filter(None, (error.fix, fix)))
        raise
    _settled(done, name)
    if done.taken:
        session.say(f"{shown}: {_what(done)}")


def _settled(done: Merged, environment: str) -> None:
    """Refuse to call a merge finished while two values of a secret are kept; each is described, not shown."""
    from dockgate.core.location import Location
    from dockgate.secrets import conflicts

    if done.store.conflicts:
        shown = [conflicts.described(each) for each in done.store.conflicts.values()]
        lines = "\n  ".join(["both branches changed these, and both values are kept until one is chosen:", *shown])
        fix = conflicts.choices(done.store.conflicts, environment)
        raise ConfigError(lines, where=Location(done.store.shown), fix=fix)


def _what(done: Merged, choices: Mapping[str, Side] = MappingProxyType({})) -> str:
    said = [f"{name} is {side}" for name, side in choices.items()]
    if done.taken or not said:
        said.append(f"from the other branch: {', '.join(done.taken) or 'no secret'}")
    return f"merged; {'; '.join(said)}"


def _environment(session: Session, path: str) -> str:
    """Return the environment of a store by its path in the repository; a merge may be changing the project's file."""
    try:
        known = session.project.environments
    except DockgateError:
        return "…"
    found = (name for name, each in known.items() if path == each.secrets or path.endswith(f"/{each.secrets}"))
    return next(found, "…")


TASKS = (merge,)
