"""The files that images are made of: what `[tool.dockgate.images]` says, less what `.dockerignore` leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.images import inputs, settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dockgate.core.project import Project


def sources(project: Project) -> Iterator[Path]:
    """Go through the files of every image, each once; a path that does not exist is what a build complains of."""
    declared = settings.load(project)
    for name in dict.fromkeys((*declared.shared, *(name for image in declared.images for name in image.inputs))):
        path = project.root / name
        if path.is_dir():
            files = (path / file for file in inputs.context(path))
            yield from (file for file in files if file.is_file() and not file.is_symlink())
        elif path.is_file():
            yield path
