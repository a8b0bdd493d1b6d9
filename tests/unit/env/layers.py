"""Layers of a small project, resolved as far as they go."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dockgate.core.location import Location
from dockgate.core.secret import Secret
from dockgate.env import layering
from dockgate.env.env_files import Assignment, Layer
from tests import said
from tests.unit import projects

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.env.resolved import ResolvedEnv

SCHEMA = """
[HOST]
type = "host"
default = "localhost"
dev-default = true
[PORT]
type = "port"
default = 80
[URL]
[PASSWORD]
secret = true
[DSN]
"""


def survey(
    folder: Path,
    environment: str = "dev",
    secrets: Layer | None = None,
    process: Mapping[str, str] | None = None,
    **files: str,
) -> ResolvedEnv:
    layers = {"env__schema_toml": SCHEMA, "env__base_env": "", f"env__{environment}_env": "", **files}
    project = projects.make(folder, projects.PYPROJECT, process, **layers)
    found = layering.survey(project, project.environment(environment), secrets)
    said.hold(Path(__file__).with_name("findings.txt"), map(str, found.findings))
    return found


def sealed() -> Layer:
    return Layer("secrets", "env/prod.secrets.age", sealed=True)


def store(**values: str) -> Layer:
    return Layer(
        "secrets",
        "env/prod.secrets.age",
        tuple(
            Assignment(name, Secret(value), Location("env/prod.secrets.age", number), "secrets", interpolate=False)
            for number, (name, value) in enumerate(values.items(), 1)
        ),
    )
