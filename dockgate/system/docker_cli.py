"""Where the Docker client and its plugins are; a plugin called directly starts in a third of the client's time."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from dockgate.core import endpoint as endpoints
from dockgate.core.errors import MissingToolError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockgate.core.endpoint import Endpoint
    from dockgate.core.project import Project

# The client's own search order (docs.docker.com/reference/cli/docker, "CLI plugins").
SYSTEM_FOLDERS = (
    "/usr/local/lib/docker/cli-plugins",
    "/usr/local/libexec/docker/cli-plugins",
    "/usr/lib/docker/cli-plugins",
    "/usr/libexec/docker/cli-plugins",
)
PACKAGED = Path("/usr/bin/docker")
INSTALL = "./bootstrap installs it on Debian and Ubuntu; elsewhere: https://docs.docker.com/engine/install/"


def compose(process: Mapping[str, str]) -> tuple[str, ...]:
    """Return the argument list that starts Docker Compose."""
    return _plugin(process, "docker-compose") or (docker(process), "compose")


def buildx(process: Mapping[str, str]) -> tuple[str, ...]:
    """Return the argument list that starts buildx."""
    return _plugin(process, "docker-buildx") or (docker(process), "buildx")


def environment(project: Project, endpoint: Endpoint) -> dict[str, str]:
    """Return the environment of a Docker client for an engine, which need not be the one that the shell has chosen."""
    if endpoint == endpoints.find(project.process):
        return project.child_env()
    chosen = {name: value for name, value in project.child_env().items() if name != "DOCKER_CONTEXT"}
    return {**chosen, "DOCKER_HOST": endpoint.host}


def docker(process: Mapping[str, str]) -> str:
    """Return the Docker client: a packaged one before others, which may stand without plugins on PATH."""
    found = str(PACKAGED) if PACKAGED.exists() else shutil.which("docker", path=process.get("PATH"))
    if not found:
        raise MissingToolError("the Docker client is not installed", fix=INSTALL)
    return found


def _plugin(process: Mapping[str, str], name: str) -> tuple[str, ...]:
    return next(((str(folder / name),) for folder in _folders(process) if (folder / name).is_file()), ())


def _folders(process: Mapping[str, str]) -> Iterator[Path]:
    if config := process.get("DOCKER_CONFIG"):
        yield Path(config) / "cli-plugins"
    if home := process.get("HOME"):
        yield Path(home) / ".docker" / "cli-plugins"
    yield from map(Path, SYSTEM_FOLDERS)
