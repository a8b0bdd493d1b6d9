"""A project's own tests of its API, against a stack that runs; an older release's are those of its own commit."""

from __future__ import annotations

import io
import shlex
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dockgate.core import project as projects
from dockgate.core.errors import ToolFailedError
from dockgate.core.plan import Command
from dockgate.release import settings
from dockgate.system import process
from dockgate.system.git import Git

if TYPE_CHECKING:
    from dockgate.core.project import Project

ADDRESS = "DOCKGATE_ADDRESS"
SECONDS = 900.0  # chosen: tests of an API through its gateway take minutes at most
# Python has it since 3.11.4, and Debian 12 has 3.11.2; the files are of the project's own commit.
SAFELY: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
LINES = 20  # of what the tests said last; chosen: a screen has them beside the error


def run(project: Project, words: str, folder: Path, address: str) -> None:
    """Run the command of `api-tests` in a folder; ToolFailedError has the end of what it said."""
    path = f"{Path(sys.executable).parent}:{project.process.get('PATH', '')}"
    command = Command(tuple(shlex.split(words)), project.child_env(PATH=path, **{ADDRESS: address}), folder, SECONDS)
    result = process.run(command, check=False)
    if result.code:
        said = process.said(result.stdout + b"\n" + result.stderr).splitlines()[-LINES:]
        raise ToolFailedError(f"{words} exited {result.code}" + "".join(f"\n  | {line}" for line in said))


def run_of(project: Project, commit: str, address: str) -> bool:
    """Run the tests that a commit has for its own API, from its own files; return whether it has any."""
    with tempfile.TemporaryDirectory() as folder:
        packed = Git(project).ask("archive", commit)
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(folder, **SAFELY)  # noqa: S202 - git packed it, of the project's own commit
        words = settings.load(projects.load(Path(folder), project.process)).api_tests
        if words:
            run(project, words, Path(folder), address)
    return bool(words)
