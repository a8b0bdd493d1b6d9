"""Which base counts as fresh, where a new one comes from, and what happens when none can be made."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dockgate.core.errors import ConfigError, MissingToolError, ToolFailedError
from dockgate.engine import containers
from dockgate.images import base, debian
from dockgate.images import host_resources as hosts
from dockgate.images.host_resources import Host
from dockgate.images.settings import Base as Settings
from dockgate.images.settings import Source
from dockgate.system import docker_cli, process, scratch
from tests.unit import projects
from tests.unit.images.base_engine import ENDPOINT, EPOCH, NOW, Engine, image

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.project import Project
    from dockgate.images.base import Base


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    fake = Engine()
    monkeypatch.setattr(containers, "image", fake.image)
    monkeypatch.setattr(process, "run", fake.run)
    monkeypatch.setattr(hosts, "gather", lambda _project: Host())
    monkeypatch.setattr(debian, "archive", lambda _project: debian.Archive("http://m.test", "http://s.test"))
    monkeypatch.setattr(docker_cli, "docker", lambda _process: "docker")
    monkeypatch.setattr(docker_cli, "buildx", lambda _process: ("docker-buildx",))
    monkeypatch.setattr("shutil.which", lambda name, **_options: f"/usr/bin/{name}")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    return fake


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
    monkeypatch.setattr("shutil.which", lambda name, **_options: None if name == "mmdebstrap" else name)
    ensure(project)
    assert engine.ran == ["pull", "install", "mmdebstrap", "build", "tag"]


def test_package_lists_are_fetched_only_where_the_first_try_fails(
    engine: Engine, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda name, **_options: None if name == "mmdebstrap" else name)
    engine.stale = True
    ensure(project)
    assert engine.ran == ["pull", "install", "update", "install", "mmdebstrap", "build", "tag"]


@pytest.mark.usefixtures("engine")
def test_nobody_else_can_install_it_and_is_told_so(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name, **_options: None if name == "mmdebstrap" else name)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(MissingToolError) as caught:
        ensure(project)
    assert "mmdebstrap" in caught.value.fix


@pytest.mark.usefixtures("engine")
def test_nothing_is_left_of_the_bootstrap(project: Project) -> None:
    ensure(project)
    assert list((project.state / scratch.FOLDER).iterdir()) == []


class Mounts:
    """What the kernel says of file systems: some let no program run, and RAM has so many bytes left."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *noexec: str, ram: int = base.RAM_BYTES) -> None:
        kept = os.statvfs

        def status(path: str) -> os.statvfs_result:
            values = list(kept("/"))
            values[1] = 1  # bytes in a block
            values[4] = ram if path == base.RAM else 0
            values[8] = os.ST_NOEXEC if path in noexec else 0
            return os.statvfs_result(values)

        monkeypatch.setattr(os, "statvfs", status)


@pytest.mark.parametrize("noexec", [0, 1, 2])
def test_the_bootstrap_works_where_programs_may_run(
    project: Project, engine: Engine, monkeypatch: pytest.MonkeyPatch, noexec: int
) -> None:
    """Machines that follow a hardening guide mount /tmp noexec."""
    Mounts(monkeypatch, *base.TEMPORARY[:noexec])
    ensure(project)
    assert engine.temporary == base.TEMPORARY[noexec]


def test_little_ram_is_left_alone(project: Project, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    Mounts(monkeypatch, ram=base.RAM_BYTES - 1)
    ensure(project)
    assert engine.temporary == base.TEMPORARY[1]


def test_a_bootstrap_without_such_a_folder_says_which_ones_were_looked_at(
    project: Project, engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """TMPDIR is the user's word: nothing else is taken in its place."""
    Mounts(monkeypatch, *base.TEMPORARY, str(tmp_path))
    with pytest.raises(ConfigError, match=", ".join(base.TEMPORARY)):
        ensure(project)
    with pytest.raises(ConfigError, match=str(tmp_path)):
        ensure(replace(project, process={**project.process, "TMPDIR": str(tmp_path)}))
    assert "mmdebstrap" not in engine.ran
