"""A release in a real git repository, killed in and after every step: it ends as if it had not been."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from dockgate import project as projects
from dockgate.release import context, journal, stages
from tests.unit.releasing import FakeStore, FakeWork
from tests.unit.test_release_run import STARTED, STEPS, Killed, Shop

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def _copied(template: Shop, folder: Path) -> Shop:
    """Return the shop as it was before its release, with the same key: signatures can be compared."""
    shutil.copytree(template.root.parent, folder, symlinks=True)
    made = object.__new__(Shop)
    made.root = folder / "shop"
    made.project = replace(
        projects.load(made.root, template.project.process),
        process={**template.project.process, "HOME": str(folder / "home")},
    )
    made.store = FakeStore()
    made.work = FakeWork(made.store, made.root)
    return made


@pytest.fixture(autouse=True)
def dates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_AUTHOR_DATE", STARTED)
    monkeypatch.setenv("GIT_COMMITTER_DATE", STARTED)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("template")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(folder / "home"))
        patch.setenv("GIT_AUTHOR_DATE", STARTED)
        patch.setenv("GIT_COMMITTER_DATE", STARTED)
        (folder / "home").mkdir()
        return Shop(folder / "shop", folder / "home")


@pytest.fixture(scope="module")
def uninterrupted(template: Shop, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """Return what a release leaves behind that nobody killed."""
    other = _copied(template, tmp_path_factory.mktemp("other") / "shop")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(other.root.parent / "home"))
        patch.setenv("GIT_AUTHOR_DATE", STARTED)
        patch.setenv("GIT_COMMITTER_DATE", STARTED)
        other.release()
        return other.state()


@pytest.mark.parametrize("killed", STEPS)
@pytest.mark.parametrize("after", [False, True], ids=["in the step", "before its line in the journal"])
def test_release_killed_anywhere_goes_on_and_ends_as_if_it_had_not_been(
    template: Shop,
    uninterrupted: Mapping[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    killed: str,
    after: bool,  # noqa: FBT001 - a table
) -> None:
    """The journal and the world together say where to go on."""
    shop = _copied(template, tmp_path / "copy")
    monkeypatch.setenv("HOME", str(tmp_path / "copy/home"))
    real = stages.stages

    def deadly(release: context.Context) -> tuple[journal.Stage, ...]:
        return tuple(_deadly(stage) if stage.name == killed else stage for stage in real(release))

    def _deadly(stage: journal.Stage) -> journal.Stage:
        def die(outputs: journal.Outputs) -> Mapping[str, Any]:
            if after:
                stage.run(outputs)
            raise Killed

        return journal.Stage(stage.name, stage.what, die)

    monkeypatch.setattr(stages, "stages", deadly)
    with pytest.raises(Killed):
        shop.release()
    monkeypatch.setattr(stages, "stages", real)
    result = shop.release()
    before = STEPS.index(killed)
    assert [step.outcome for step in result.steps] == ["resumed"] * before + ["done"] * (len(STEPS) - before)
    assert shop.state() == uninterrupted
    assert shop.verify().good
