"""A project with secrets in staging, and an engine that is not real."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dockgate.engine import containers as engine_containers
from dockgate.system import docker_cli, process, ram_folder
from tests.unit.secrets.rotations import SCHEMA, SETTINGS, Engine, database
from tests.unit.secrets.secretproject import STRONG, enrolled, project, stored

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.core.project import Project


@pytest.fixture
def ram() -> Iterator[Path]:
    """Return a folder on RAM."""
    with tempfile.TemporaryDirectory(dir=ram_folder.base({}), prefix="dockgate-test-") as folder:
        yield Path(folder)


@pytest.fixture
def work(tmp_path: Path) -> Project:
    """Return a project with secrets in staging."""
    made = replace(project(tmp_path), settings=SETTINGS)
    (tmp_path / "env/schema.toml").write_text(SCHEMA)
    for name in ("base", "staging"):
        (tmp_path / f"env/{name}.env").write_text("")
    enrolled(made, "staging")
    stored(made, "staging", DB_PASSWORD=STRONG, TOKEN=STRONG[::-1], KEPT=STRONG[1:] + "0")
    return made


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, work: Project) -> Engine:
    """Put a fake in place of the engine, with one database running."""
    fake = Engine([database(work, "abc")])
    monkeypatch.setattr(engine_containers, "connect", lambda _endpoint: fake)
    monkeypatch.setattr(process, "run", fake.run)
    monkeypatch.setattr(docker_cli, "docker", lambda _process: "docker")
    return fake
