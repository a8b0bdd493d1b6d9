"""What an image is made of, as one hash: the same inputs, the same permanent tag, nothing to build."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.images import dockerignore, settings
from dockgate.system import regular_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from dockgate.core.project import Project
    from dockgate.images.settings import Image, ImageSettings

TAG_LENGTH = 12  # hex digits, 48 bits: two of a million builds share a tag with a chance of 1 in 500


def read(project: Project, declared: ImageSettings, image: Image) -> bytes:
    """Return a line for each file that an image is made of: path, mode, hash; ConfigError where one does not exist."""
    files = _files(project, image, sorted({declared.bake, *declared.shared, *image.inputs}))
    return "".join(f"{path} {mode} {content}\n" for path, mode, content in files).encode()


def tag(image: Image, base: str, files: bytes) -> str:
    """Return the tag of what would be built of these files on the base with digest `base`."""
    return hashlib.sha256(f"{image.target} {base}\n".encode() + files).hexdigest()[:TAG_LENGTH]


def _files(project: Project, image: Image, paths: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Yield all files: path, whether it is executable or a link, and the hash of its content."""
    for name in paths:
        path = project.root / name
        if path.is_dir():
            for file in context(path, name):
                yield _file(path / file, f"{name}/{file}")
        elif path.is_file():
            yield _file(path, name)
        else:
            own = f"correct `inputs` of [tool.dockgate.images.{image.name}], or remove the table"
            fix = own if name in image.inputs else "correct `bake` or `shared` of [tool.dockgate.images]"
            what = f"{name}, an input of image {image.name}, does not exist"
            raise ConfigError(what, where=Location(project.file), fix=fix)


def context(folder: Path, shown: str = "") -> Iterator[str]:
    """Iterate over the files of a build context that are not ignored, in a stable order.

    The Dockerfile always counts, as it does for a build. `shown` is the folder as messages name it.
    """
    ignore = dockerignore.read(folder, shown)
    ignored = dockerignore.by_folder(ignore)
    for base, folders, files in os.walk(folder):
        inside = os.path.relpath(base, folder)
        start = "" if inside == os.curdir else f"{inside}/"
        links = [name for name in folders if os.path.islink(f"{base}/{name}")]  # noqa: PTH114 - once for every file
        for name in sorted([*files, *links]):
            path = start + name
            if path == dockerignore.DOCKERFILE or not ignored(path):
                yield path
        folders[:] = sorted(
            name for name in folders if not ignored(start + name) or ignore.may_match_under(start + name)
        )


def sources(project: Project) -> Iterator[Path]:
    """Yield the files of every image, each once; a path that does not exist is what a build complains of."""
    declared = settings.load(project)
    for name in dict.fromkeys((*declared.shared, *(name for image in declared.images for name in image.inputs))):
        path = project.root / name
        if path.is_dir():
            files = (path / file for file in context(path, name))
            yield from (file for file in files if file.is_file() and not file.is_symlink())
        elif path.is_file():
            yield path


def _file(path: Path, name: str) -> tuple[str, str, str]:
    if path.is_symlink():
        return name, "link", hashlib.sha256(os.fsencode(path.readlink())).hexdigest()
    mode = "executable" if path.stat().st_mode & 0o100 else "file"
    return name, mode, regular_file.sha256(path)
