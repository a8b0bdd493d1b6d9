"""What git's index has: the contents that are about to be committed, and the symbolic links among what it tracks."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from dockgate.core.errors import ToolFailedError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from dockgate.system.git import Git

SUBMODULE, LINK = "160000", "120000"  # modes
KIND_AND_SIZE = 2  # words of `git cat-file --batch` behind the object's name


def links(root: Path, tracked: Mapping[str, str]) -> dict[str, str]:
    """Return where the symbolic links that git tracks lead: a path in the project, empty for one outside of it."""
    top = os.path.realpath(root)
    found = {path: Path(os.path.realpath(f"{top}/{path}")) for path, mode in tracked.items() if mode == LINK}
    return {path: str(real.relative_to(top)) if real.is_relative_to(top) else "" for path, real in found.items()}


def staged(git: Git) -> dict[str, bytes]:
    """Return what is about to be committed, as the index has it: content by path."""
    words = ("diff", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames", "--relative", "--diff-filter=ACMR")
    fields = os.fsdecode(git.ask(*words)).split("\0")
    entries = [(path, said.split()) for said, path in zip(fields[::2], fields[1::2], strict=False)]
    blobs = {path: said[3] for path, said in entries if said[1] != SUBMODULE}
    contents = _contents(git, set(blobs.values()))
    return {path: contents[blob] for path, blob in blobs.items()}


def _contents(git: Git, blobs: Collection[str]) -> dict[str, bytes]:
    """Return the contents of blobs: all from one process, for a first commit has thousands."""
    if not blobs:
        return {}
    told = git.ask("cat-file", "--batch", stdin="".join(f"{blob}\n" for blob in blobs).encode())
    found, start = {}, 0
    while start < len(told):
        end = told.index(b"\n", start)
        blob, *rest = told[start:end].decode().split(" ")
        if len(rest) != KIND_AND_SIZE:
            raise ToolFailedError(f"git has no blob {blob}, which its index refers to", fix="git fsck")
        size = rest[1]
        found[blob] = told[end + 1 : end + 1 + int(size)]
        start = end + 2 + int(size)
    return found
