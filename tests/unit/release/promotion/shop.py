"""A shop with two releases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.endpoint import Endpoint
from dockgate.core.target import Target
from dockgate.env import release_pointer
from dockgate.release.pipeline import run
from dockgate.release.pipeline.run import ReleaseRequest
from dockgate.release.promotion import promote, promoted
from dockgate.situation import Situation
from tests.unit.release import releasing
from tests.unit.release.releasing import FakeStore, FakeWork

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.project import Project
    from dockgate.release.promotion.promoted import Promotion


def promotion(project: Project, environment: str) -> Promotion | None:
    """Return what an environment's pointer names now, verified."""
    return promoted.load(project, environment, release_pointer.read(project.root, environment))


class Shop:
    """A project with two releases, 0.1.1 and 0.1.2."""

    def __init__(self, tmp: Path) -> None:
        self.root = tmp / "shop"
        self.project: Project = releasing.shop(self.root, tmp / "home")
        self.store = FakeStore()
        self.release()
        releasing.change(self.root, "a button")
        self.release()

    def release(self) -> None:
        work = FakeWork(self.store, self.root)
        run.run(*run.begin(self.project, ReleaseRequest(), work, self.store), lambda *_: None)

    def promote(self, environment: str, number: str, reason: str = "") -> release_pointer.Pointer:
        return promote.promote(self.project, environment, number, self.store, reason=reason)

    def runs(self, environment: str) -> str:
        found = promotion(self.project, environment)
        return found.version if found else ""

    def up(self, environment: str, instance: str = "", *, healthy: bool = True) -> None:
        target = Target("", "shop", self.project.environment(environment), instance, Endpoint("unix:///x", "default"))
        promoted.record_up(Situation(self.project), target, healthy=healthy)
