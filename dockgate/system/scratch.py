"""Folders for large files in passing: they go with the block, and what a killed process left of them with the next."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from dockgate.system import state_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.core.project import Project

FOLDER = "work"


@contextmanager
def folder(project: Project) -> Iterator[Path]:
    """Yield an empty folder in the project's state.

    Its owner holds the kernel's lock on it, so one without a lock is a dead process's, and is removed.
    """
    place = state_folder.make(project.state / FOLDER)
    with _locked(place):  # a folder is not swept before it is locked
        for left in place.iterdir():
            _sweep(left)
        made = Path(tempfile.mkdtemp(dir=place))
        descriptor = os.open(made, os.O_RDONLY)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        os.close(descriptor)


@contextmanager
def _locked(place: Path, how: int = fcntl.LOCK_EX) -> Iterator[None]:
    descriptor = os.open(place, os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)


def _sweep(left: Path) -> None:
    with suppress(OSError), _locked(left, fcntl.LOCK_EX | fcntl.LOCK_NB):
        shutil.rmtree(left)
