"""A release in a real git repository, killed in and after every step: it ends as if it had not been.

It is the second one, on an engine without the first: one image is new, one comes out of the first one's layout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dockgate.release.artifact import manifest
from dockgate.release.pipeline import journal, release_context, steps
from tests.unit.release import releasing
from tests.unit.release.pipeline.shop import STARTED, STEPS, Killed, Shop
from tests.unit.release.releasing import FakeStore

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


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
        shop = Shop(folder / "shop", folder / "home")
        shop.release()
        releasing.change(shop.root, "more")
        return shop


@pytest.fixture(scope="module")
def uninterrupted(template: Shop, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """Return what a release leaves behind that was not killed."""
    other = template.copied(tmp_path_factory.mktemp("other") / "shop", FakeStore())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(other.root.parent / "home"))
        patch.setenv("GIT_AUTHOR_DATE", STARTED)
        patch.setenv("GIT_COMMITTER_DATE", STARTED)
        other.release()
        return other.state("0.1.2")


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
    shop = template.copied(tmp_path / "copy", FakeStore())
    monkeypatch.setenv("HOME", str(tmp_path / "copy/home"))
    real = steps.stages

    def deadly(release: release_context.ReleaseContext) -> tuple[journal.ReleaseStep, ...]:
        return tuple(_deadly(stage) if stage.name == killed else stage for stage in real(release))

    def _deadly(stage: journal.ReleaseStep) -> journal.ReleaseStep:
        def die(outputs: journal.Outputs) -> Mapping[str, Any]:
            if after:
                stage.run(outputs)
            raise Killed

        return journal.ReleaseStep(stage.name, stage.what, die)

    monkeypatch.setattr(steps, "stages", deadly)
    with pytest.raises(Killed):
        shop.release()
    monkeypatch.setattr(steps, "stages", real)
    result = shop.release()
    before = STEPS.index(killed)
    assert [step.outcome for step in result.steps] == ["resumed"] * before + ["done"] * (len(STEPS) - before)
    assert shop.state("0.1.2") == uninterrupted
    assert shop.verify("0.1.2").good
    api, postgres = manifest.load(shop.root, "0.1.2")[0].images
    assert (api.tag, postgres.tag) == ("shop/api:0.1.2", "shop/postgres:0.1.1")
