"""Debian's base system: in which folder it is made, and what of it is made ahead."""

from __future__ import annotations

import os
import tarfile
import time
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dockgate.core.errors import ConfigError
from dockgate.images import base, base_system
from dockgate.images.host_resources import Host
from dockgate.images.settings import Base as Settings
from dockgate.images.settings import Source
from dockgate.system import scratch
from tests.unit import projects
from tests.unit.images import base_engine
from tests.unit.images.base_engine import ENDPOINT, EPOCH, Engine

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.project import Project


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    return base_engine.used(monkeypatch)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return projects.make(tmp_path)


def bootstrap(project: Project) -> str:
    with scratch.folder(project) as folder:
        return base_system.bootstrap(project, Host(), folder / base_system.TAR, lambda _text: None)


def ensure(project: Project, source: Source = Source.AUTO, *, renew: bool = False) -> base.Base:
    return base.ensure(project, ENDPOINT, Settings(source), None, lambda _text: None, renew=renew)


def test_what_was_made_ahead_is_used_once(engine: Engine, project: Project) -> None:
    """While the engine was installed: no registry is asked, nothing is bootstrapped, and nothing is left."""
    base_system.ahead(project, lambda _text: None)
    made = ensure(project)
    assert (made.source, made.digest) == (Source.DEBIAN, "sha256:base")
    assert engine.ran == ["mmdebstrap", "build", "tag"]
    assert f"--label=dev.dockgate.base.epoch={EPOCH}" in engine.argv["build"]
    assert not (project.state / base_system.AHEAD).exists()
    ensure(project)
    assert engine.ran[3:] == ["pull", "mmdebstrap", "build", "tag"]


@pytest.mark.parametrize("seconds", [base_system.AHEAD_SECONDS, -60])
def test_what_was_made_long_ahead_is_not_used(
    engine: Engine, project: Project, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    """Nor what a clock that is wrong calls new: Debian may have fixed something since."""
    base_system.ahead(project, lambda _text: None)
    now = int(time.time())
    monkeypatch.setattr(time, "time", lambda: float(now))
    os.utime(project.state / base_system.AHEAD, (now - seconds, now - seconds))
    ensure(project)
    assert engine.ran == ["mmdebstrap", "pull", "mmdebstrap", "build", "tag"]


def test_todays_lists_are_not_those_of_before(engine: Engine, project: Project) -> None:
    base_system.ahead(project, lambda _text: None)
    ensure(project, renew=True)
    assert engine.ran == ["mmdebstrap", "pull", "mmdebstrap", "build", "tag"]


def test_a_base_from_a_registry_is_not_made_ahead(engine: Engine, tmp_path: Path) -> None:
    base_system.ahead(
        projects.make(tmp_path, projects.PYPROJECT + '[tool.dockgate.base]\nsource = "registry"\n'), lambda _text: None
    )
    assert engine.ran == []


def test_what_cannot_be_made_ahead_is_said(
    engine: Engine, project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`up` makes it later, and ends with the error where it cannot."""
    engine.fail = "mmdebstrap"
    monkeypatch.chdir(project.root)
    assert base_system.main() == 0
    told = "bootstrap: bootstrapping the base image from Debian packages (half a minute)\n"
    told += "bootstrap: the base image's system was not made ahead: mmdebstrap failed\n"
    assert capsys.readouterr().err == told


def test_lists_without_a_date_are_as_old_as_can_be(project: Project, tmp_path: Path) -> None:
    """Where there is no file of it in the base system, but a folder."""
    entry = tarfile.TarInfo(base_system.EPOCH_FILE)
    entry.type = tarfile.DIRTYPE
    project.state.mkdir()
    with tarfile.open(project.state / base_system.AHEAD, "w") as tar:
        tar.addfile(entry)
    assert base_system.taken(project, tmp_path / "base.tar") == "0"


class Mounts:
    """What the kernel says of file systems: some let no program run, and RAM has so many bytes left."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *noexec: str, ram: int = base_system.RAM_BYTES) -> None:
        kept = os.statvfs

        def status(path: str) -> os.statvfs_result:
            values = list(kept("/"))
            values[1] = 1  # bytes in a block
            values[4] = ram if path == base_system.RAM else 0
            values[8] = os.ST_NOEXEC if path in noexec else 0
            return os.statvfs_result(values)

        monkeypatch.setattr(os, "statvfs", status)


@pytest.mark.parametrize("noexec", [0, 1, 2])
def test_the_bootstrap_works_where_programs_may_run(
    project: Project, engine: Engine, monkeypatch: pytest.MonkeyPatch, noexec: int
) -> None:
    """Machines that follow a hardening guide mount /tmp noexec."""
    Mounts(monkeypatch, *base_system.TEMPORARY[:noexec])
    bootstrap(project)
    assert engine.temporary == base_system.TEMPORARY[noexec]


def test_little_ram_is_left_alone(project: Project, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    Mounts(monkeypatch, ram=base_system.RAM_BYTES - 1)
    bootstrap(project)
    assert engine.temporary == base_system.TEMPORARY[1]


def test_a_bootstrap_without_such_a_folder_says_which_ones_were_looked_at(
    project: Project, engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """TMPDIR is the user's word: nothing else is taken in its place."""
    Mounts(monkeypatch, *base_system.TEMPORARY, str(tmp_path))
    with pytest.raises(ConfigError, match=", ".join(base_system.TEMPORARY)):
        bootstrap(project)
    with pytest.raises(ConfigError, match=str(tmp_path)):
        bootstrap(replace(project, process={**project.process, "TMPDIR": str(tmp_path)}))
    assert "mmdebstrap" not in engine.ran
