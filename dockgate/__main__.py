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
    sys.argv[0] = "dockgate"  # `python -m dockgate` is the same program: messages name it
    program = _Program(namespace=tasks.namespace(Path.cwd()), name="dockgate", binary="dockgate", version=_version())
    program.run(["dockgate", *sys.argv[1:]])


def _version() -> str:
    """Return the installed version; a checkout that is not installed has none of its own."""
    from importlib import metadata  # noqa: PLC0415 - only the program needs it

    try:
        return metadata.version("dockgate")
    except metadata.PackageNotFoundError:
        return "(not installed)"


if __name__ == "__main__":
    main()
