"""What is in images: measured once, while others are built, and held against their budgets."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dockgate.core.errors import FindingsError, ToolFailedError
from dockgate.images import bake, build, contents
from dockgate.images.build import Wanted
from dockgate.images.contents import ImageContents
from tests.unit import projects
from tests.unit.images import build_engine
from tests.unit.images.build_engine import CONFIG, Engine, ensure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from dockgate.core.plan import Command
    from dockgate.core.project import Project


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    return build_engine.used(monkeypatch)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return projects.make(tmp_path, CONFIG)


@pytest.mark.parametrize("broken", [False, True])
def test_what_is_built_is_measured_while_the_rest_is_built(
    engine: Engine, project: Project, monkeypatch: pytest.MonkeyPatch, *, broken: bool
) -> None:
    """What cannot be read then is read again when all are there."""
    measured = threading.Event()

    def of(_project: Project, _ref: str, digest: str) -> ImageContents:
        if broken and not measured.is_set():
            measured.set()
            raise ToolFailedError("not yet")
        measured.set()
        return ImageContents(10, {digest: 1000}, 1, (), (), ())

    def run(_command: Command, tags: Mapping[str, str], done: Callable[[str, float], None]) -> Mapping[str, float]:
        done("api", 2.5)
        assert measured.wait(60)
        return dict.fromkeys(tags, 2.5)

    monkeypatch.setattr(contents, "of", of)
    monkeypatch.setattr(bake, "run", run)
    said: list[str] = []
    assert {image.bytes for image in ensure(project, said=said).values()} == {10}
    assert said[2:] == ["built api in 2.5 s"]
    assert engine.baked == [{"api", "valkey", "prometheus"}]


@pytest.mark.usefixtures("engine")
def test_an_image_that_nothing_wants_is_not_measured(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not there: the first `up` on a new machine would fail over an image of a profile that is off."""
    measured: list[str] = []

    def of(_project: Project, ref: str, digest: str) -> ImageContents:
        measured.append(ref)
        return ImageContents(10, {digest: 1000}, 1, (), (), ())

    monkeypatch.setattr(contents, "of", of)
    images = ensure(project, Wanted(profiles=())).values()
    assert {image.name for image in images} == {"api", "valkey", "prometheus"}
    rows = build.budget(project, project.environment("prod"), images)
    assert not any("prometheus" in ref for ref in measured)
    assert rows


@pytest.mark.usefixtures("engine")
def test_the_stack_has_a_budget_where_all_of_it_is_there_and_its_own(project: Project) -> None:
    """Not where a part is missing, nor where the environment chose other images than production has."""
    prod = project.environment("prod")
    built = tuple(ensure(project).values())
    other = replace(prod, images={"API_IMAGE": "api"})
    assert [row.image for row in build.budget(project, prod, built)] == ["stack"]
    assert list(build.budget(project, prod, built[1:])) == []
    assert list(build.budget(project, other, built)) == []


@pytest.mark.usefixtures("engine")
def test_an_exceeded_budget_stops_the_build(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        contents, "of", lambda _project, _ref, digest: ImageContents(10, {digest: 600_000}, 1, (), (), ())
    )
    with pytest.raises(FindingsError, match=r"stack compressed: 1\.2 of 1 MB"):
        ensure(project)
