"""A file that git could not merge: the versions that its index keeps, and how git is told to use a driver."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.system.git import Git, metadata, repository

if TYPE_CHECKING:
    from dockgate.core.project import Project

BASE, OURS, THEIRS = "1", "2", "3"  # git's stages of a path that is not merged


class Stages(Struct, frozen=True):
    """The versions of a file, None where that side has none."""

    base: bytes | None
    ours: bytes | None
    theirs: bytes | None


def stages(project: Project, path: str) -> Stages | None:
    """Return the versions of a path that is not merged; None where it is, and outside a repository."""
    if repository(project.root) is None:
        return None
    git = Git(project)
    listed = os.fsdecode(git.ask("ls-files", "--unmerged", "-z", "--", path))
    names = {entry.split("\t")[0].split(" ")[2]: entry.split(" ")[1] for entry in listed.split("\0") if entry}
    found = {stage: git.ask("cat-file", "blob", blob) for stage, blob in names.items()}
    return Stages(found.get(BASE), found.get(OURS), found.get(THEIRS)) if found else None


def rebasing(project: Project) -> bool:
    """Return whether a rebase is under way, in which git's `ours` is the branch that is rebased onto."""
    folder = metadata(project.root)
    return folder is not None and any((folder / name).exists() for name in ("rebase-merge", "rebase-apply"))


def attribute(project: Project, path: str) -> str:
    """Return the merge driver that .gitattributes names for a path, `unspecified` where none does."""
    return Git(project).run("check-attr", "merge", "--", path, check=False).rpartition(": ")[2]


def driver(project: Project, name: str) -> str:
    """Return the command that this clone runs for a merge driver, empty where it has none."""
    return Git(project).run("config", "--local", "--get", f"merge.{name}.driver", check=False)


def set_driver(project: Project, name: str, title: str, command: str) -> None:
    """Let this clone, and no other, run a command for a merge driver."""
    git = Git(project)
    git.run("config", "--local", f"merge.{name}.name", title)
    git.run("config", "--local", f"merge.{name}.driver", command)
