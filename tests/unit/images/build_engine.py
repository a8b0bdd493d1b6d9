"""An engine on which images are built, and the project that they belong to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dockgate.core.endpoint import Endpoint
from dockgate.core.plan import Command
from dockgate.engine import containers
from dockgate.images import bake, base, build, contents
from dockgate.images import host_resources as hosts
from dockgate.images.base import Base
from dockgate.images.build import BuiltImage, Wanted
from dockgate.images.contents import ImageContents
from dockgate.images.host_resources import Host
from dockgate.images.settings import Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

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


def used(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Return an engine that is asked in place of the real one, and a bake that takes 2.5 s."""
    fake = Engine()
    monkeypatch.setattr(containers, "image", fake.image)
    monkeypatch.setattr(base, "current", lambda _endpoint: BASE)
    monkeypatch.setattr(base, "ensure", lambda *_, renew: NEWER if renew else BASE)
    monkeypatch.setattr(hosts, "gather", lambda _project: Host())
    monkeypatch.setattr(bake, "command", fake.command)
    monkeypatch.setattr(bake, "run", lambda _command, tags, _done: dict.fromkeys(tags, 2.5))
    monkeypatch.setattr(contents, "of", lambda _project, _ref, digest: ImageContents(10, {digest: 1000}, 1, (), (), ()))
    return fake


def ensure(project: Project, wanted: Wanted = Wanted(), **options: bool) -> dict[str, BuiltImage]:  # noqa: B008 - frozen
    built = build.ensure(project, ENDPOINT, project.environment("prod"), wanted, lambda _text: None, **options)
    return {image.name: image for image in built}
