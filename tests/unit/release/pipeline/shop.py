"""A shop whose releases are made step by step, and may be killed in each."""

from __future__ import annotations

import copy
import shutil
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from dockgate.core import project as projects
from dockgate.release.artifact import verify as release_verify
from dockgate.release.pipeline import run
from dockgate.release.pipeline.run import ReleaseRequest
from dockgate.release.signing import keys
from tests.unit.release import releasing
from tests.unit.release.releasing import FakeStore, FakeWork, git

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from dockgate.core.project import Project
    from dockgate.release.pipeline.run import ReleaseResult


STARTED = "2026-11-23T10:00:00+00:00"


STEPS = ["guard", "lint", "commit", "build", "scan", "sbom", "rehearse", "sign", "publish", "manifest", "tag"]


class Killed(BaseException):
    """The process was killed here."""


class Shop:
    """A project with its fakes."""

    def __init__(self, root: Path, home: Path) -> None:
        self.project: Project = releasing.shop(root, home)
        self.root = root
        self.store = FakeStore()
        self.work = FakeWork(self.store, root)

    def copied(self, folder: Path, store: FakeStore) -> Shop:
        """Return the shop as it is now in another folder, with the same key: signatures can be compared."""
        shutil.copytree(self.root.parent, folder, symlinks=True)
        made = copy.copy(self)
        made.root = folder / "shop"
        process = {**self.project.process, "HOME": str(folder / "home")}
        made.project = projects.load(made.root, process)
        made.store, made.work = store, FakeWork(store, made.root)
        return made

    def release(
        self,
        wish: ReleaseRequest = ReleaseRequest(),  # noqa: B008 - frozen
        tell: Callable[..., None] = lambda *_: None,
    ) -> ReleaseResult:
        made, left = run.begin(self.project, wish, self.work, self.store)
        if not left.outputs:  # the same moment in every run, so that results can be compared
            left.inputs = {**left.inputs, "started": STARTED}
            made = replace(made, started=STARTED)
        return run.run(made, left, tell)

    def verify(self, number: str = "0.1.1") -> release_verify.Verification:
        return release_verify.verify(self.project, number, keys.public(self.project), self.store)

    def state(self, number: str) -> Mapping[str, Any]:
        """Return everything that a release leaves behind."""
        folder = self.root / "releases" / number
        return {
            "files": {str(f.relative_to(folder)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()},
            "commits": git(self.root, "log", "--format=%H %s %ad"),
            "tag": git(self.root, "rev-parse", f"v{number}"),
            "tree": git(self.root, "status", "--porcelain"),
            "images": self.store.images,
        }
