"""Invoke: arguments in, text or JSON out; the only package that knows it."""

from __future__ import annotations

import atexit
import copy
import sys
from typing import TYPE_CHECKING, Any

from invoke.collection import Collection

from dockgate.core.errors import DockgateError
from dockgate.tasks import arguments, framework, overview
from dockgate.tasks.overview import Group

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence
    from pathlib import Path

    from invoke.tasks import Task


def namespace(root: Path | None = None, argv: Sequence[str] | None = None) -> Collection:
    """Check the command line and return the tasks that it calls; all tasks if it only shows something.

    A wrong command line exits 2 here, before Invoke runs half of it. Invoke makes a deep copy of each task that it is
    given, so it is given only the tasks that are called.
    """
    if argv is None:
        sys.excepthook = framework.outside
        atexit.register(framework.last)
    collection = build()
    words = sys.argv[1:] if argv is None else argv
    if overview.wanted(words):
        sys.stdout.write(overview.text(groups()))
        raise SystemExit(0)
    known = specs(collection)
    try:
        calls = arguments.check(words, known)
        for name in arguments.environments(calls):
            framework.Session(json=False, root=root).project.environment(name)
    except DockgateError as error:
        framework.fail(error, json="--json" in words)
    if not calls:
        return _helpful(build(wordless={id(collection[each]) for each in arguments.lacking(words, known)}), root)
    return build({id(collection[call.name]) for call in calls})


def _helpful(collection: Collection, root: Path | None) -> Collection:
    """Name the project's environments in the help of `--env`; outside a project the help stays general."""
    try:
        names = f"; one of: {' '.join(framework.Session(json=False, root=root).project.environments)}"
    except DockgateError:
        names = ""
    for task in (collection[name] for name in collection.task_names):
        if text := task.body.texts.get("env"):
            task.help["env"] = f"{text}{names}"
    return collection


def groups() -> tuple[Group, ...]:
    """Return the tasks by what they are for, in the order in which `--list` shows them."""
    from dockgate.tasks import (
        adopt,
        boot,
        completion,
        deploy,
        env,
        guard,
        images,
        one_off,
        operate,
        release,
        scan,
        secrets,
        stack,
        status,
        upkeep,
    )

    return (
        Group("Run a stack", {"": (*stack.TASKS, *deploy.TASKS, *status.TASKS, *operate.TASKS, *one_off.TASKS)}),
        Group("Build and check", {"": (*images.TASKS, *guard.TASKS, *scan.TASKS)}),
        Group("Variables", {"env": env.TASKS}),
        Group("Secrets", {"secrets": secrets.TASKS}),
        Group("Releases", {"": release.TASKS, "releases": release.RELEASES}),
        Group("This machine", {"": (*adopt.TASKS, *upkeep.TASKS, *boot.TASKS, *completion.TASKS)}),
    )


def build(only: Container[int] | None = None, wordless: Container[int] = ()) -> Collection:
    """Return the collection: the top level, and `env`, `secrets`, `releases` below it.

    `only` has ids of tasks; those of `wordless` take no positional word, so that Invoke does not take `--help` for one.
    """
    collection = Collection()
    for group in groups():
        for prefix, tasks in group.tasks.items():
            if prefix:
                collection.add_collection(_add(Collection(prefix), tasks, only, wordless))
            else:
                _add(collection, tasks, only, wordless)
    return collection


def _add(
    collection: Collection, tasks: Iterable[Task[Any]], only: Container[int] | None, wordless: Container[int]
) -> Collection:
    for task in tasks:
        if only is None or id(task) in only:
            collection.add_task(_without_words(task) if id(task) in wordless else task)
    return collection


def _without_words(task: Task[Any]) -> Task[Any]:
    found = copy.copy(task)
    found.positional = ()
    return found


def specs(collection: Collection) -> dict[str, arguments.TaskSpec]:
    """Return what each task takes, by its names on the command line."""
    return {
        each: collection[full].body.spec for full, aliases in collection.task_names.items() for each in (full, *aliases)
    }
