"""A project of a release, and the stack that its parts work on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.core.target import Target
from dockgate.system import process
from tests.unit.release import releasing
from tests.unit.release.pipeline.stages import ENDPOINT, Recorder

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return releasing.shop(tmp_path / "shop", tmp_path / "home")


@pytest.fixture
def stage(project: Project) -> Target:
    return Target(str(project.root), "shop", project.environment("prod"), "", ENDPOINT)


@pytest.fixture
def docker(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    recorder = Recorder()
    monkeypatch.setattr(process, "run", recorder)
    monkeypatch.setattr("dockgate.system.docker_cli.docker", lambda _: "docker")
    return recorder
