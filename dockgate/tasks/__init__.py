"""Invoke tasks: arguments in, text or JSON out; the only package that knows Invoke."""

from __future__ import annotations

import atexit
import sys
from typing import TYPE_CHECKING, Any

from invoke.collection import Collection

from dockgate.errors import DockgateError
from dockgate.tasks import arguments, framework

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from invoke.tasks import Task


def namespace(root: Path | None = None, argv: Sequence[str] | None = None) -> Collection:
    """Return every task, after a check of the command line.

    A wrong one exits 2 here, before Invoke could run half of it.
    """
    if argv is None:
        sys.excepthook = framework.outside
        atexit.register(framework.last)
    collection = build()
    words = sys.argv[1:] if argv is None else argv
    try:
        calls = arguments.check(words, specs(collection))
        for name in arguments.environments(calls):
            framework.Session(json=False, root=root).project.environment(name)
    except DockgateError as error:
        framework.fail(error, json="--json" in words)
    return collection


def build() -> Collection:
    """Return the collection: the top level, and `env`, `secrets`, `releases` below it."""
    from dockgate.tasks import boot, env, guard, images, operate, release, scan, secrets, stack, upkeep

    collection = Collection()
    for module in (stack, operate, images, guard, scan, release, upkeep, boot):
        for task in module.TASKS:
            collection.add_task(task)
    collection.add_collection(_group("env", env.TASKS))
    collection.add_collection(_group("secrets", secrets.TASKS))
    collection.add_collection(_group("releases", release.RELEASES))
    return collection


def _group(name: str, tasks: Iterable[Task[Any]]) -> Collection:
    group = Collection(name)
    for task in tasks:
        group.add_task(task)
    return group


def specs(collection: Collection) -> dict[str, arguments.TaskSpec]:
    """Return what each task takes, by its names on the command line."""
    return {
        each: collection[full].body.spec for full, aliases in collection.task_names.items() for each in (full, *aliases)
    }
