"""Invoke tasks: arguments in, text or JSON out; the only package that knows Invoke."""

from __future__ import annotations

import atexit
import sys
from typing import TYPE_CHECKING, Any

from invoke.collection import Collection

from dockgate.core.errors import DockgateError
from dockgate.tasks import arguments, framework

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence
    from pathlib import Path

    from invoke.tasks import Task


def namespace(root: Path | None = None, argv: Sequence[str] | None = None) -> Collection:
    """Return the tasks of the command line, after a check of it; every task where it only shows something.

    A wrong one exits 2 here, before Invoke could run half of it. Invoke copies each task that it is given, to the last
    default of a flag, so it is given those that somebody called.
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
    return build({id(collection[call.name]) for call in calls}) if calls else collection


def build(only: Container[int] | None = None) -> Collection:
    """Return the collection: the top level, and `env`, `secrets`, `releases` below it; `only` has ids of tasks."""
    from dockgate.tasks import boot, env, guard, images, operate, release, scan, secrets, stack, upkeep

    collection = Collection()
    for module in (stack, operate, images, guard, scan, release, upkeep, boot):
        _add(collection, module.TASKS, only)
    for name, tasks in (("env", env.TASKS), ("secrets", secrets.TASKS), ("releases", release.RELEASES)):
        collection.add_collection(_add(Collection(name), tasks, only))
    return collection


def _add(collection: Collection, tasks: Iterable[Task[Any]], only: Container[int] | None) -> Collection:
    for task in tasks:
        if only is None or id(task) in only:
            collection.add_task(task)
    return collection


def specs(collection: Collection) -> dict[str, arguments.TaskSpec]:
    """Return what each task takes, by its names on the command line."""
    return {
        each: collection[full].body.spec for full, aliases in collection.task_names.items() for each in (full, *aliases)
    }
