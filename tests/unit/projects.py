"""Makes small projects for unit tests, in a folder of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core import endpoint, project, target

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dockgate.core.project import Project
    from dockgate.core.target import Target

PYPROJECT = """
[tool.dockgate]
name = "shop"
[tool.dockgate.environments.dev]
local = "env/dev.local.env"
[tool.dockgate.environments.staging]
[tool.dockgate.environments.prod]
protected = true
"""


def make(folder: Path, pyproject: str = PYPROJECT, process: Mapping[str, str] | None = None, **files: str) -> Project:
    """Write a project with `files` (`env__base_env` is env/base.env) and load it."""
    (folder / "pyproject.toml").write_text(pyproject, encoding="utf-8")
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return project.load(folder, process or {"PATH": "/usr/bin:/bin"})


def stack(loaded: Project, environment: str = "dev", instance: str = "") -> Target:
    """Return a target of the project on an engine that does not exist."""
    return target.target(loaded, environment, instance, endpoint.Endpoint("unix:///nowhere/docker.sock", "DOCKER_HOST"))
