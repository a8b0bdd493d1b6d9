"""The command that completes what was begun and not finished."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dockgate.core import target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.core.project import Project
    from dockgate.system.marks import Mark

FIXES = {
    "up": "inv {up} {flags} completes it",
    "deploy": "inv deploy {flags} completes it; where that fails, the release before runs again",
    "down": "inv down {flags} completes it; inv {up} {flags} brings the stack back",
    "restart": "inv {up} {flags} starts what is stopped",
    "rotate": "inv secrets.rotate {name} --env={env} or inv {up} {flags} completes it",
    "promote": "inv {up} {flags} or inv promote settles it",
    "rollback": "inv rollback {flags} repeats it; inv {up} {flags} goes back to what ran before",
    "store": "inv secrets.fingerprint --env={env} completes it",
    "recipients": "the next change of secrets completes it",
}


def command(mark: Mark, flags: str, environment: str, up: str) -> str:
    """Return how an unfinished action is completed, empty where nothing needs to be done; `up` brings the stack up."""
    name = str(mark.facts.get("name", "NAME"))
    return FIXES.get(mark.action, "").format(flags=flags, env=environment, name=name, up=up)


def own(project: Project) -> Iterator[str]:
    """Yield what this process itself leaves unfinished, with the command that completes it."""
    from dockgate.system import marks

    for mark in marks.left(project):
        if mark.by.pid == os.getpid():
            flags = dict(word[2:].split("=", 1) for word in mark.by.message.split() if "=" in word)
            environment, instance = flags.get("env") or flags.get("to", ""), flags.get("instance", "")
            words = " ".join(
                f"--{name}={value}" for name, value in (("env", environment), ("instance", instance)) if value
            )
            fix = command(mark, words, environment, up_task(project, environment))
            yield f"`{mark.by.message}` was not finished\n  → {fix}"


def up_task(project: Project, environment: str) -> str:
    """Return the task that brings an environment up: its runtime's; `up` for a name that is none."""
    known = project.environments.get(environment)
    return target.up_task(known) if known else "up"
