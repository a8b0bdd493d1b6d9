"""A release, killed before each thing that it changes, and then given again: the same release, once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.system import audit, process
from tests.unit.release import releasing
from tests.unit.tasks.kills import Knife
from tests.unit.tasks.test_release import Shop, release

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.plan import Command

# Whole commands, again and again: what they run others have run, and tracing them takes as long as they do.
pytestmark = pytest.mark.no_cover

CHANGING = frozenset({"add", "commit", "tag"})
LAYOUT = "releases/0.1.1/oci"
# Everything that a release changes, in order; of the layout's blobs and its index, which are several, the first.
POINTS = (
    "write .gitignore",
    "write release/journal",
    "write release/journal (2)",
    "write release/journal (3)",
    "write release/0.1.1/CHANGELOG.md",
    "write CHANGELOG.md",
    "write release/0.1.1/pyproject.toml",
    "write pyproject.toml",
    "git add",
    "git commit",
    "write release/journal (4)",
    "write release/journal (5)",
    "scan",
    "write release/journal (6)",
    f"write {LAYOUT}/blob",
    f"write {LAYOUT}/oci-layout",
    f"write {LAYOUT}/index",
    "write release/journal (7)",
    "rehearse",
    "write release/journal (8)",
    "write home/.config/dockgate/release-keys/shop",
    "write release/0.1.1/manifest",
    "write release/0.1.1/manifest.json.sig",
    "write release/journal (9)",
    "write release/journal (10)",
    "write releases/0.1.1/manifest",
    "write releases/0.1.1/manifest.json.sig",
    "git add (2)",
    "git commit (2)",
    "write release/journal (11)",
    "git tag",
    "write release/journal (12)",
    "write audit.jsonl",
    "remove release/journal",
    "empty lock",
)
AGAIN = re.compile(r"tmp|oci/.* \(\d+\)$|^write lock$")


class Making:
    """A shop that makes its first release; what git changes is a step, as every file is."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        """Make the shop."""
        self.shop = Shop(folder, monkeypatch, capsys)
        self.knife = Knife((self.shop.project.root, folder), monkeypatch)
        real = process.run

        def run(command: Command, **options: Any) -> Any:
            self.knife.breathe()
            for word in command.argv if command.argv[0].endswith("git") else ():
                if word in CHANGING and "--list" not in command.argv:
                    self.knife.effect(f"git {word}")
            return real(command, **options)

        monkeypatch.setattr(process, "run", run)
        for name in ("build", "scan", "rehearse"):
            if hasattr(self.shop.work, name):
                monkeypatch.setattr(self.shop.work, name, self._step(getattr(self.shop.work, name), name))

    def _step(self, real: Any, name: str) -> Any:
        def function(*rest: Any, **options: Any) -> Any:
            self.knife.effect(name)
            return real(*rest, **options)

        return function

    def command(self) -> None:
        """Release."""
        release(self.shop)

    def state(self) -> dict[str, Any]:
        """Return what there is to see of a release."""
        root = self.shop.project.root
        folder = root / "releases/0.1.1"
        files = [path for path in folder.rglob("*") if path.is_file()]
        return {
            "tags": releasing.git(root, "tag", "--list"),
            "subjects": releasing.git(root, "log", "--format=%s").splitlines(),
            "status": releasing.git(root, "status", "--short"),
            "files": sorted(str(each.relative_to(folder)) for each in files if "blobs" not in each.parts),
            "blobs": sum("blobs" in each.parts for each in files),
            "unfinished": sorted(path.name for path in (root / ".dockgate").rglob("*.json") if "journal" in path.name),
            "audit": {(line["action"], line["result"]) for line in audit.lines(self.shop.project)},
            "images": sorted(self.shop.store.images),
        }


LEFT: list[dict[str, Any]] = []


def test_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The list is complete: a new step fails here until it is in it, and is then killed like the others."""
    case = Making(tmp_path, monkeypatch, capsys)
    case.knife.run(case.command)
    assert [point for point in case.knife.points if not AGAIN.search(point)] == [*POINTS]


@pytest.mark.parametrize("point", [*POINTS, f"write {LAYOUT}/blob (5)", f"write {LAYOUT}/index (3)"])
def test_killed_and_given_again(
    point: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second run leaves what one without an interruption leaves, and says what it goes on with."""
    if not LEFT:
        (tmp_path / "whole").mkdir()
        with pytest.MonkeyPatch.context() as patch:
            whole = Making(tmp_path / "whole", patch, capsys)
            whole.command()
            LEFT.append(whole.state())
    (tmp_path / "parts").mkdir()
    case = Making(tmp_path / "parts", monkeypatch, capsys)
    assert case.knife.run(case.command, at=point)
    if point == "empty lock":  # all is done, and said
        assert case.state() == LEFT[0]
        return
    begun = bool(case.state()["unfinished"])
    assert begun is (point not in {"write .gitignore", "write release/journal"})
    case.command()
    assert case.state() == LEFT[0]
    nothing_done = POINTS[: POINTS.index("write release/journal (3)")]
    assert ("was not finished" in case.shop.said) is (point not in nothing_done)
