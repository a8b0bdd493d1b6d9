"""Which base counts as fresh, where a new one comes from, and what happens when none can be made."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import MissingToolError, ToolFailedError
from dockgate.engine import containers
from dockgate.images import base
from dockgate.images.settings import Base as Settings
from dockgate.images.settings import Source
from dockgate.system import scratch
from tests.unit import projects
from tests.unit.images import base_engine
from tests.unit.images.base_engine import ENDPOINT, EPOCH, NOW, Engine, image, lacks

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.project import Project
    from dockgate.images.base import Base


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    return base_engine.used(monkeypatch)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return projects.make(tmp_path)


def ensure(project: Project, source: Source = Source.AUTO, *, renew: bool = False) -> tuple[Base, list[str]]:
    said: list[str] = []
    return base.ensure(project, ENDPOINT, Settings(source), base.current(ENDPOINT), said.append, renew=renew), said


def test_the_newest_permanent_tag_tells_the_age(engine: Engine) -> None:
    engine.found = image(NOW - timedelta(days=9), NOW - timedelta(days=2))
    found = base.current(ENDPOINT)
    assert found
    assert found.made == NOW - timedelta(days=2)
    assert (found.ref, found.epoch) == (f"dockgate/base:trixie-{found.made:%Y%m%dT%H%M%S}", EPOCH)


@pytest.mark.parametrize(
    "found", [None, image(), containers.EngineImage("sha256:x", ("dockgate/base:trixie-1",), (), 1, {})]
)
def test_an_image_that_we_did_not_make_is_no_base(engine: Engine, found: containers.EngineImage | None) -> None:
    engine.found = found
    assert base.current(ENDPOINT) is None


def test_a_fresh_base_is_used_as_it_is(engine: Engine, project: Project) -> None:
    engine.found = image(NOW - timedelta(days=6))
    assert ensure(project)[0].digest == "sha256:base"
    assert engine.ran == []


def test_a_fresh_base_is_made_again_where_todays_is_asked_for(engine: Engine, project: Project) -> None:
    """Debian fixes things meanwhile. Where that cannot be done, the old one is not what was asked for."""
    engine.found = image(NOW - timedelta(hours=1))
    assert ensure(project, renew=True)[0].made == NOW
    assert engine.ran == ["pull", "mmdebstrap", "build", "tag"]
    engine.fail = "mmdebstrap"
    with pytest.raises(ToolFailedError, match="mmdebstrap failed"):
        ensure(project, renew=True)


@pytest.mark.parametrize(
    ("found", "source"),
    [
        (None, Source.AUTO),
        (image(NOW - timedelta(days=7)), Source.AUTO),
        (image(NOW + timedelta(days=2)), Source.AUTO),
        (image(NOW, **{"dev.dockgate.base.source": "registry"}), Source.DEBIAN),
    ],
    ids=["none", "too old", "from the future", "from elsewhere"],
)
def test_what_is_not_a_fresh_base_is_replaced(
    engine: Engine, project: Project, found: containers.EngineImage | None, source: Source
) -> None:
    engine.found = found
    assert ensure(project, source)[0].source is Source.DEBIAN
    assert engine.ran[-3:] == ["mmdebstrap", "build", "tag"]


def test_a_registry_that_answers_is_preferred(engine: Engine, project: Project) -> None:
    engine.registry = True
    assert ensure(project)[0].source is Source.REGISTRY
    assert engine.ran == ["pull", "build", "tag"]


def test_a_forced_registry_is_not_replaced_by_packages(engine: Engine, project: Project) -> None:
    with pytest.raises(ToolFailedError, match="no registry"):
        ensure(project, Source.REGISTRY)
    assert engine.ran == ["pull"]


def test_an_old_base_stays_when_the_mirror_is_down(engine: Engine, project: Project) -> None:
    engine.found, engine.fail = image(NOW - timedelta(days=30)), "mmdebstrap"
    found, said = ensure(project)
    assert found.made == NOW - timedelta(days=30)
    assert "is kept" in said[-1]


@pytest.mark.parametrize("found", [None, image(NOW - timedelta(days=9))], ids=["none", "too old"])
@pytest.mark.parametrize("renew", [False, True])
def test_a_base_that_somebody_else_made_meanwhile_is_taken(
    engine: Engine, project: Project, found: containers.EngineImage | None, *, renew: bool
) -> None:
    """Two environments start at once on a new machine, in the same second: one of the builds is refused its name."""
    engine.found, engine.fail, engine.others = found, "build", image(NOW)
    made, said = ensure(project, renew=renew)
    assert made.made == NOW
    assert "stays" not in said[-1]


def test_without_any_base_a_failure_is_a_failure(engine: Engine, project: Project) -> None:
    engine.fail = "mmdebstrap"
    with pytest.raises(ToolFailedError):
        ensure(project)


def test_a_missing_mmdebstrap_is_installed_by_root(
    engine: Engine, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacks(monkeypatch, "mmdebstrap")
    ensure(project)
    assert engine.ran == ["pull", "install", "mmdebstrap", "build", "tag"]


def test_package_lists_are_fetched_only_where_the_first_try_fails(
    engine: Engine, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacks(monkeypatch, "mmdebstrap")
    engine.stale = True
    ensure(project)
    assert engine.ran == ["pull", "install", "update", "install", "mmdebstrap", "build", "tag"]


@pytest.mark.usefixtures("engine")
def test_nobody_else_can_install_it_and_is_told_so(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    lacks(monkeypatch, "mmdebstrap")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(MissingToolError) as caught:
        ensure(project)
    assert "mmdebstrap" in caught.value.fix


@pytest.mark.usefixtures("engine")
def test_nothing_is_left_of_the_bootstrap(project: Project) -> None:
    ensure(project)
    assert list((project.state / scratch.FOLDER).iterdir()) == []
