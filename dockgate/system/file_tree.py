"""The files of a folder tree in a stable order, without the folders that tools fill."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Folders of tools, never written by hand and never part of a build.
SKIPPED = frozenset(
    ".git .hg .venv venv .nox .tox node_modules __pycache__ .dockgate .mypy_cache .ruff_cache .pytest_cache "
    ".hypothesis .terraform vendor".split()
)


def walk(
    folder: Path,
    wanted: Callable[[str], bool] = lambda _name: True,
    unread: Callable[[Path], None] = lambda _path: None,
    skipped: Callable[[Path], None] = lambda _path: None,
) -> Iterator[Path]:
    """Iterate over the files of these names below a folder, folders of tools left out.

    `unread` is called with each folder that cannot be read, `skipped` with each that is left out.
    """
    for base, names, found in os.walk(folder, onerror=lambda error: unread(Path(error.filename))):
        for name in sorted(SKIPPED.intersection(names)):
            skipped(Path(base, name))
        names[:] = sorted(name for name in names if name not in SKIPPED)
        for name in sorted(filter(wanted, found)):
            path = Path(base, name)
            try:
                text = path.is_file()
            except OSError:
                text = True  # reading it fails again, and is refused
            if text:
                yield path
