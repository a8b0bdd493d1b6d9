"""A project of a release, and the stack that its parts work on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dockgate.core.target import Target
from dockgate.release.artifact import verify
from dockgate.system import process
from tests import said
from tests.unit.release import releasing
from tests.unit.release.pipeline.stages import ENDPOINT, Recorder

if TYPE_CHECKING:
    from dockgate.core.project import Project
    from dockgate.release.protocols import Store


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


@pytest.fixture(autouse=True)
def what_was_checked_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold the lines of each verification to checks.txt, as `inv releases.verify` prints them."""
    real = verify.verify

    def verified(project: Project, number: str, public: str, store: Store | None) -> verify.Verification:
        found = real(project, number, public, store)
        each = (replace(check, detail=part) for check in found.checks for part in check.detail.split("; "))
        said.hold(Path(__file__).with_name("checks.txt"), map(str, each))  # parts: in the order of digests that differ
        return found

    monkeypatch.setattr(verify, "verify", verified)
