"""The program `dockgate`: the tasks for repositories without a tasks.py, as in `dockgate up --env=dev`."""

from __future__ import annotations

import inspect
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from invoke.config import Config
from invoke.program import Program

from dockgate import tasks
from dockgate.tasks import overview, spoken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from invoke.collection import Collection


class _Config(Config):
    """Invoke's settings, without its files in /etc and at home: no task takes one, and a home may be no folder."""

    def load_base_conf_files(self) -> None:
        """Read none."""


HELP = """\
Usage: dockgate TASK [--options]

  -h, --help [TASK]          Show this list, or the options of a task.
  -l, --list [GROUP]         List the tasks, or those of a group, such as secrets.
  -V, --version              Show the version.

"""


class _Program(Program):
    """Invoke's program; its help is of this program alone: Invoke's own options do nothing for these tasks."""

    def print_help(self) -> None:
        """Print the options and the grouped list of tasks."""
        sys.stdout.write(HELP + overview.text(tasks.groups()))

    def print_task_help(self, name: str) -> None:
        """Print what a task does and takes, with commands as this program is called."""
        options = [(flag, spoken.text(text)) for flag, text in self.parser.contexts[name].help_tuples()]
        said = spoken.text(inspect.getdoc(self.collection[name]) or "")
        sys.stdout.write(f"Usage: dockgate {name}{' [--options]' if options else ''}\n\n")
        sys.stdout.write(textwrap.indent(said, "  ") + "\n\n")
        if options:
            sys.stdout.write("Options:\n")
            self.print_columns(options)

    def list_flat(self) -> None:
        if self.list_root:
            super().list_flat()
        else:
            sys.stdout.write(overview.text(tasks.groups()))


def main() -> None:
    """Run the tasks on the project around the current folder."""
    sys.argv[0] = "dockgate"  # `python -m dockgate` is the same program: messages name it
    run(tasks.namespace(Path.cwd()), sys.argv[1:])


def run(namespace: Collection, words: Sequence[str]) -> None:
    """Run the tasks that a command line calls; SystemExit has the exit code."""
    program = _Program(
        namespace=namespace, name="dockgate", binary="dockgate", version=_version(), config_class=_Config
    )
    program.run(["dockgate", *words])


def _version() -> str:
    """Return the installed version; a checkout that is not installed has none of its own."""
    from importlib import metadata  # noqa: PLC0415 - only the program needs it

    try:
        return metadata.version("dockgate")
    except metadata.PackageNotFoundError:
        return "(not installed)"


if __name__ == "__main__":
    main()
