"""The tasks as a program of their own, `dockgate up --env=dev`, for repositories without a tasks.py."""

from __future__ import annotations

import sys
from pathlib import Path

from invoke.program import Program

from dockgate import tasks


def main() -> None:
    """Run the tasks on the project around the current folder."""
    Program(namespace=tasks.namespace(Path.cwd()), name="dockgate", binary="dockgate").run(["dockgate", *sys.argv[1:]])


if __name__ == "__main__":
    main()
