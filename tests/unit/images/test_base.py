"""Which base counts as fresh, where a new one comes from, and what happens when none can be made."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dockgate.core.errors import MissingToolError, ToolFailedError
from dockgate.engine import containers
from dockgate.images import base
from dockgate.images.base import Base
from dockgate.images.settings import Base as Settings
from dockgate.images.settings import Source
from dockgate.system import scratch
from tests.unit import projects
from tests.unit.images import base_engine
from tests.unit.images.base_engine import ENDPOINT, EPOCH, NOW, Engine, image, lacks

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.project import Project


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    return base_engine.used(monkeypatch)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return projects.make(tmp_path)


def ensure(project: Project, source: Source = Source.AUTO, *, renew: bool = False) -> tuple[Base, list[str]]:
    said: list[str] = []
    return base.ensure(project, ENDPOINT, Settings(source), base.current(ENDPOINT), said.append, renew=renew), said


def ensure_fails(project: Project, source: Source = Source.AUTO) -> str:
    with pytest.raises(ToolFailedError) as caught:
        ensure(project, source)
    return str(caught.value)


def test_the_newest_permanent_tag_tells_the_age(engine: Engine) -> None:
    made = NOW - timedelta(days=2)
    ref = f"dockgate/base:trixie-{made:%Y%m%dT%H%M%S}"
    engine.found = image(made, NOW - timedelta(days=9))
    assert base.current(ENDPOINT) == Base(ref, "sha256:base", Source.DEBIAN, made, EPOCH)
    engine.found = replace(engine.found, labels={"dev.dockgate.base.source": "registry"})
    assert base.current(ENDPOINT) == Base(ref, "sha256:base", Source.REGISTRY, made, "0")


@pytest.mark.parametrize(
    ("age", "source", "fresh"),
    [
        (timedelta(hours=-1), Source.AUTO, False),
        (timedelta(hours=-1, seconds=1), Source.AUTO, True),
        (timedelta(days=3, seconds=-1), Source.DEBIAN, True),
        (timedelta(days=3), Source.AUTO, False),
        (timedelta(), Source.REGISTRY, False),
    ],
)
def test_a_base_is_fresh_for_some_days_and_an_hour_before_it_was_made(
    age: timedelta, source: Source, *, fresh: bool
) -> None:
    """Clocks differ; one of another source than the configured is never fresh."""
    made = Base("r", "d", Source.DEBIAN, NOW - age, EPOCH)
    assert made.fresh(Settings(source, 3), NOW) is fresh


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
    made, said = ensure(project)
    assert (made.source, said) == (Source.REGISTRY, ["pulling debian:trixie-slim"])
    assert engine.ran == ["pull", "build", "tag"]
    midnight = NOW.replace(hour=0, minute=0, second=0)
    assert f"--label=dev.dockgate.base.epoch={int(midnight.timestamp())}" in engine.argv["build"]
    assert engine.argv["build"][-1] == str(project.root / "docker/base")


def test_a_forced_registry_is_not_replaced_by_packages(engine: Engine, project: Project) -> None:
    assert ensure_fails(project, Source.REGISTRY) == "no registry"
    assert engine.ran == ["pull"]


def test_an_old_base_stays_when_the_mirror_is_down(engine: Engine, project: Project) -> None:
    engine.found, engine.fail = image(NOW - timedelta(days=30)), "mmdebstrap"
    made = NOW - timedelta(days=30)
    found, said = ensure(project)
    assert found.made == made
    assert said == [
        "pulling debian:trixie-slim",
        "no registry is reachable; building the base image from Debian packages",
        "bootstrapping the base image from Debian packages (half a minute)",
        f"the base image of {made:%Y-%m-%d} is kept, because building a newer one failed: mmdebstrap failed",
    ]


def test_an_old_base_of_another_source_than_the_configured_does_not_stay(engine: Engine, project: Project) -> None:
    engine.found, engine.fail = (
        image(NOW - timedelta(days=30), **{"dev.dockgate.base.source": "registry"}),
        "mmdebstrap",
    )
    assert ensure_fails(project, Source.DEBIAN) == "mmdebstrap failed"


def test_an_old_base_of_the_configured_source_stays(engine: Engine, project: Project) -> None:
    engine.found, engine.fail = image(NOW - timedelta(days=30)), "mmdebstrap"
    assert ensure(project, Source.DEBIAN)[0].made == NOW - timedelta(days=30)


@pytest.mark.usefixtures("engine")
def test_a_base_that_the_engine_lost_is_an_error(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "image", lambda *_: None)
    assert ensure_fails(project) == "dockgate/base:trixie was built, but the engine does not have it"


@pytest.mark.parametrize("found", [None, image(NOW - timedelta(days=9))], ids=["none", "too old"])
@pytest.mark.parametrize("renew", [False, True])
def test_a_base_that_somebody_else_made_meanwhile_is_taken(
    engine: Engine, project: Project, found: containers.EngineImage | None, *, renew: bool
) -> None:
    """Two environments start at once on a new machine, in the same second: one of the builds is refused its name."""
    engine.found, engine.fail, engine.others = found, "build", image(NOW)
    made, said = ensure(project, renew=renew)
    assert made.made == NOW
    assert "is kept" not in said[-1]


def test_without_any_base_a_failure_is_a_failure(engine: Engine, project: Project) -> None:
    engine.fail = "mmdebstrap"
    with pytest.raises(ToolFailedError):
        ensure(project)


def test_a_missing_mmdebstrap_is_installed_by_root(
    engine: Engine, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacks(monkeypatch, "mmdebstrap")
    said = ensure(project)[1]
    assert engine.ran == ["pull", "install", "mmdebstrap", "build", "tag"]
    assert said[-2:] == [
        "installing mmdebstrap",
        "bootstrapping the base image from Debian packages (half a minute)",
    ]


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
    assert str(caught.value) == ("mmdebstrap is not installed\n  → install it (as root: apt-get install mmdebstrap)")


@pytest.mark.usefixtures("engine")
def test_root_without_apt_cannot_install_it_either(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    lacks(monkeypatch, "mmdebstrap", "apt-get")
    with pytest.raises(MissingToolError, match="mmdebstrap is not installed"):
        ensure(project)


@pytest.mark.usefixtures("engine")
def test_nothing_is_left_of_the_bootstrap(project: Project) -> None:
    ensure(project)
    assert list((project.state / scratch.FOLDER).iterdir()) == []
