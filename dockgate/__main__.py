"""The program `dockgate`: the tasks for repositories without a tasks.py, as in `dockgate up --env=dev`."""

from __future__ import annotations

import sys
from pathlib import Path

from invoke.program import Program

from dockgate import tasks
from dockgate.tasks import overview


class _Program(Program):
    """Invoke's program; its help ends in the grouped list of tasks."""

    def list_flat(self) -> None:
        if self.list_root:
            super().list_flat()
        else:
            sys.stdout.write(overview.text(tasks.groups()))


def main() -> None:
    """Run the tasks on the project around the current folder."""
    _Program(namespace=tasks.namespace(Path.cwd()), name="dockgate", binary="dockgate").run(["dockgate", *sys.argv[1:]])


if __name__ == "__main__":
    main()
