"""The commands that change which release an environment runs, to be killed."""

from __future__ import annotations

import copy
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dockgate.env import release_pointer
from dockgate.tasks import release as release_tasks
from tests.unit.release import releasing
from tests.unit.tasks.kill_cases import Case, audited
from tests.unit.tasks.kills import Knife
from tests.unit.tasks.test_release import Shop, promote, release

if TYPE_CHECKING:
    import pytest


SHOPS: list[tuple[tempfile.TemporaryDirectory[str], Any]] = []


class Release(Case):
    """A shop with releases, of which staging runs one."""

    environment = "staging"

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        """Make the releases; how the stack comes up is a step."""
        self.monkeypatch = monkeypatch
        self.shop = Shop(folder, monkeypatch, capsys)
        self.knife = Knife((self.shop.project.root, folder), monkeypatch)
        self.up = self.shop.up
        monkeypatch.setattr("dockgate.stack.up.up", self.brought_up)
        self.prepare()

    def brought_up(self, *arguments: Any) -> Any:
        """Note which release comes up."""
        self.knife.effect("up")
        pointer = release_pointer.read(self.project.root, "staging")
        self.runs = pointer.version if pointer else ""
        return self.up(*arguments)

    def prepare(self) -> None:
        """Take the releases of the first case: making them takes seconds."""
        folder = self.project.root.parent
        if not SHOPS:
            self.released()
            place = tempfile.TemporaryDirectory(prefix="dockgate-test-", dir="/dev/shm")
            shutil.copytree(folder, Path(place.name, "made"), symlinks=True)
            SHOPS.append((place, copy.deepcopy(self.shop.store)))
        place, store = SHOPS[0]
        shutil.rmtree(folder)
        shutil.copytree(Path(place.name, "made"), folder, symlinks=True)
        self.shop.store = copy.deepcopy(store)
        self.monkeypatch.chdir(self.project.root)
        self.runs = "0.1.3"

    def released(self) -> None:
        """Make four releases, of which staging runs the third."""
        for number in ("0.1.1", "0.1.2", "0.1.3"):
            release(self.shop)
            releasing.change(self.project.root, "more")
            promote(self.shop, number)
        release(self.shop)

    @property
    def project(self) -> Any:
        """Return the shop."""
        return self.shop.project

    def state(self) -> dict[str, Any]:
        """Return what staging runs, and what is written about it."""
        pointer = release_pointer.read(self.project.root, "staging")
        return {
            "pointer": (pointer.version, pointer.history) if pointer else None,
            "runs": self.runs,
            "marks": sorted(path.name for path in (self.project.state / "marks").glob("*.json")),
            "audit": audited(self.project),
        }


class Rollback(Release):
    mark = "rollback"

    def command(self) -> None:
        self.shop.run(release_tasks.rollback, env="staging", to="", timeout=1, lock_wait=0)


class Promote(Release):
    mark = "promote"

    def command(self) -> None:
        promote(self.shop, "0.1.4")
