"""An engine on which images are built, and the project that they belong to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dockgate.core.endpoint import Endpoint
from dockgate.core.plan import Command
from dockgate.engine import containers
from dockgate.images.base import Base
from dockgate.images.settings import Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.core.project import Project


ENDPOINT = Endpoint("unix:///nowhere/docker.sock", "DOCKER_HOST")
BASE = Base("dockgate/base:trixie-1", "sha256:base", Source.DEBIAN, datetime.now(UTC), "1795313345")
NEWER = Base("dockgate/base:trixie-2", "sha256:newer", Source.DEBIAN, datetime.now(UTC), "1795313346")
CONFIG = """
[tool.dockgate]
name = "shop"
[tool.dockgate.images]
shared = ["pyproject.toml"]
bake = "pyproject.toml"
[tool.dockgate.images.api]
inputs = ["pyproject.toml"]
[tool.dockgate.images.valkey]
inputs = ["pyproject.toml"]
[tool.dockgate.images.prometheus]
inputs = ["pyproject.toml"]
profile = "monitoring"
[tool.dockgate.budgets]
stack-compressed-mb = 1
[tool.dockgate.environments.prod]
"""


class Engine:
    """An engine that has what was baked, as the real one would say it."""

    def __init__(self) -> None:
        self.images: dict[str, containers.EngineImage] = {}
        self.baked: list[set[str]] = []
        self.pinned = True

    def image(self, _endpoint: Endpoint, tag: str) -> containers.EngineImage | None:
        return self.images.get(tag)

    def command(
        self, _project: Project, _endpoint: Endpoint, _file: str, tags: Mapping[str, str], _on: object
    ) -> Command:
        self.baked.append(set(tags))
        for name, tag in tags.items():
            digests = (f"shop/{name}@sha256:{name}",) if self.pinned else ()
            self.images[tag] = containers.EngineImage(f"sha256:{name}", (tag,), digests, 1, {})
        return Command(("bake",))
