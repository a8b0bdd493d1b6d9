"""The list of tasks by what they are for: Invoke's own list is alphabetical."""

from __future__ import annotations

import shutil
import textwrap
from typing import TYPE_CHECKING, Any, NamedTuple

from dockgate.tasks import spoken

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from invoke.tasks import Task

LIST = (["-l"], ["--list"])  # alone: with a group or a format, Invoke's own list is wanted
FOOTER = "inv --help TASK shows the options of a task."


class Group(NamedTuple):
    """Tasks for one purpose, by the collection that they are in ("" is the top level)."""

    title: str
    tasks: Mapping[str, Sequence[Task[Any]]]

    def names(self) -> Iterable[tuple[str, Task[Any]]]:
        """Return each task with its name on the command line."""
        for prefix, tasks in self.tasks.items():
            for task in tasks:
                name = task.name.replace("_", "-")
                yield (f"{prefix}.{name}" if prefix else name), task


def wanted(words: Sequence[str]) -> bool:
    """Return whether the command line asks for the list of all tasks and nothing else."""
    return list(words) in LIST


def text(groups: Iterable[Group]) -> str:
    """Return every group with its tasks, each with the first line of its docstring."""
    every = tuple(groups)
    names = max(len(name) for group in every for name, _ in group.names()) + 2
    columns = shutil.get_terminal_size().columns
    blocks = []
    for group in every:
        lines = [_row(name, task, names, columns) for name, task in group.names()]
        blocks.append("\n".join([f"{group.title}:", *lines]))
    return "\n\n".join([*blocks, spoken.text(FOOTER)]) + "\n"


def _row(name: str, task: Task[Any], width: int, columns: int) -> str:
    summary = spoken.text((task.__doc__ or "").partition("\n")[0])
    start = f"  {name:<{width}}"
    return textwrap.fill(summary, max(columns, 2 * width), initial_indent=start, subsequent_indent=" " * len(start))
