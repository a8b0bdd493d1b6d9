"""What git says about the project: asked through the one starter of processes, or refused where git cannot answer."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from dockgate.core.errors import ToolFailedError
from dockgate.core.plan import Command
from dockgate.guardrails.evidence import Git
from dockgate.system import process

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from dockgate.core.project import Project

STATUS_COLUMNS = 3
SUBMODULE = "160000"
KIND_AND_SIZE = 2


def read(project: Project, *, dirty: bool) -> Git | None:
    """Return tracked and, with `dirty`, changed paths, relative to the project; None outside a repository."""
    if repository(project.root) is None:
        return None
    tracked = _git(project, "ls-files", "-z").split("\0")
    return Git(frozenset(filter(None, tracked)), changes(project) if dirty else ())


def changes(project: Project) -> tuple[str, ...]:
    """Return the paths with changes that are not committed, untracked ones too."""
    metadata = repository(project.root)
    inside = project.root.relative_to(metadata.parent) if metadata else PurePath()
    prefix = "" if inside == PurePath() else f"{inside.as_posix()}/"
    words = ("status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--", ".")
    entries = filter(None, _git(project, *words).split("\0"))
    return tuple(entry[STATUS_COLUMNS:].removeprefix(prefix) for entry in entries)


def staged(project: Project) -> dict[str, bytes]:
    """Return what is about to be committed, as the index has it: content by path."""
    words = ("diff", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames", "--relative", "--diff-filter=ACMR")
    fields = _git(project, *words).split("\0")
    entries = [(path, said.split()) for said, path in zip(fields[::2], fields[1::2], strict=False)]
    blobs = {path: said[3] for path, said in entries if said[1] != SUBMODULE}
    contents = _contents(project, set(blobs.values()))
    return {path: contents[blob] for path, blob in blobs.items()}


def _contents(project: Project, blobs: Collection[str]) -> dict[str, bytes]:
    """Return the contents of blobs: all from one process, for a first commit has thousands."""
    if not blobs:
        return {}
    told = _run(project, "cat-file", "--batch", stdin="".join(f"{blob}\n" for blob in blobs).encode())
    found, start = {}, 0
    while start < len(told):
        end = told.index(b"\n", start)
        blob, *rest = told[start:end].decode().split(" ")
        if len(rest) != KIND_AND_SIZE:
            raise ToolFailedError(f"git lacks {blob}, which its index names", fix="git fsck")
        size = rest[1]
        found[blob] = told[end + 1 : end + 1 + int(size)]
        start = end + 2 + int(size)
    return found


def repository(folder: Path) -> Path | None:
    """Return `.git` of the repository that `folder` is in, None outside one."""
    return next((each / ".git" for each in (folder, *folder.parents) if (each / ".git").exists()), None)


def metadata(folder: Path) -> Path | None:
    """Return where git keeps HEAD and index of the working tree that `folder` is in: elsewhere for a second one."""
    found = repository(folder)
    if found is None or not found.is_file():
        return found
    _, _, named = found.read_text(encoding="utf-8", errors="surrogateescape").partition("gitdir:")
    return found.parent / named.strip()


def _git(project: Project, *words: str) -> str:
    return _run(project, *words).decode("utf-8", "surrogateescape")


def _run(project: Project, *words: str, stdin: bytes | None = None) -> bytes:
    command = Command(
        ("git", "-c", "core.quotePath=false", *words),
        project.child_env(GIT_OPTIONAL_LOCKS="0", LC_ALL="C"),
        project.root,
        60.0,
    )
    result = process.run(command, stdin=stdin, check=False)
    if result.code != 0:
        raise ToolFailedError(
            f"git cannot tell about this repository: {process.said(result.stderr)[:500]}",
            fix="the guardrails need to know what is tracked and what is changed; mend git, then run again",
        )
    return result.stdout
