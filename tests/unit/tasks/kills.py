"""Kills a command at a point: what changes a file or the engine does nothing from there on, and the command ends.

Unlike an exception in one place, no `finally` and no `except` can put anything back, just as after SIGKILL; unlike
SIGKILL at a random moment, each point has a name and is the same one in every run.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dockgate.system import locks

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

TEMPORARY = re.compile(r"\.[0-9a-f]{8,12}(\.tmp)?$")
BLOB, FOLDER = re.compile(r"blobs/sha256/[0-9a-f]{64}"), re.compile(r"\btmp[a-z0-9_]{8}\b")
DIGEST = re.compile(r"-[0-9a-f]{8,16}(?=\.|$)")
NUMBER = re.compile(r"(?<=^edit)-\d+|(?<=^dockgate)-\d+")  # of a process, of a user
CACHES = frozenset({"completion", "starts.json"})
FILES = ("replace", "rename", "link", "unlink", "rmdir")
WRITES = ("write", "pwrite", "ftruncate")


class Killed(BaseException):
    """The command is dead: nothing that it does on its way out has an effect."""


class Knife:
    """Names each effect of what runs, and kills at the one called `at` (before it happens)."""

    def __init__(self, folders: tuple[Path, ...], monkeypatch: pytest.MonkeyPatch) -> None:
        """Watch the files below these folders."""
        self.folders = tuple(os.path.realpath(folder) for folder in folders)
        self.points: list[str] = []
        self.seen: Counter[str] = Counter()
        self.at = ""
        self.watching = self.dead = False
        for name in FILES:
            monkeypatch.setattr(os, name, self._file(getattr(os, name), name))
        for name in WRITES:
            monkeypatch.setattr(os, name, self._write(getattr(os, name), name))

    def effect(self, name: str) -> None:
        """Stand before an effect: die here, or let it happen."""
        if not self.watching:
            return
        if self.dead:
            raise Killed(name)
        self.seen[name] += 1
        point = name if self.seen[name] == 1 else f"{name} ({self.seen[name]})"
        self.points.append(point)
        if point == self.at:
            self.dead = True
            raise Killed(point)

    def breathe(self) -> None:
        """Die where the command is dead already."""
        if self.watching and self.dead:
            raise Killed

    def run(self, work: Callable[[], Any], at: str = "") -> bool:
        """Do some work as a command of its own, and die at a point; return whether it came that far."""
        self.points, self.seen, self.at, self.dead, self.watching = [], Counter(), at, False, True
        try:
            work()
        except Killed:
            locks._ours.clear()
            return True
        finally:
            self.watching = False
        return False

    def _file(self, real: Callable[..., Any], name: str) -> Callable[..., Any]:
        def function(*paths: Any, **options: Any) -> Any:
            folder = options.get("dst_dir_fd", options.get("dir_fd"))
            path = str(paths[-1])
            path = f"{Path(f'/proc/self/fd/{folder}').readlink()}/{path}" if folder else path
            if name not in {"unlink", "rmdir"}:
                self._touch("write", path)
            elif os.path.lexists(path):
                self._touch("remove", path)
            return real(*paths, **options)

        return function

    def _write(self, real: Callable[..., Any], name: str) -> Callable[..., Any]:
        def function(descriptor: int, *rest: Any) -> Any:
            path = str(Path(f"/proc/self/fd/{descriptor}").readlink())
            if not path.startswith("/"):  # a pipe
                return real(descriptor, *rest)
            if name == "ftruncate" and os.fstat(descriptor).st_size:
                self._touch("empty", path)
            elif name != "ftruncate" and rest[0]:
                self._touch("write", path)
            return real(descriptor, *rest)

        return function

    def _touch(self, name: str, path: str) -> None:
        folder = next((each for each in self.folders if os.path.realpath(path).startswith(f"{each}/")), None)
        if folder is None or not self.watching:
            return
        if (TEMPORARY.search(path) or path.rpartition("/")[2] in CACHES) and not self.dead:
            return  # what is still under another name has no effect
        self.effect(f"{name} {_called(os.path.relpath(path, folder))}")


def _called(path: str) -> str:
    """Return a name for a file that is the same in every run."""
    if path.endswith(".lock"):
        return "lock"
    if path.startswith("ram/"):
        return f"ram {NUMBER.sub('', DIGEST.sub('', path.rpartition('/')[2]))}"
    path = FOLDER.sub("tmp", BLOB.sub("blob", path))
    return DIGEST.sub("", path).removeprefix(".dockgate/").removesuffix(".json")
