"""An engine on which images are built, and the project that they belong to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dockgate.core.endpoint import Endpoint
from dockgate.core.plan import Command
from dockgate.engine import containers
from dockgate.images import bake, base, contents
from dockgate.images import build as builds
from dockgate.images import host_resources as hosts
from dockgate.images.base import Base
from dockgate.images.build import BuiltImage, Wanted
from dockgate.images.contents import ImageContents
from dockgate.images.host_resources import Host
from dockgate.images.settings import Base as Settings
from dockgate.images.settings import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pytest

    from dockgate.core.project import Project


ENDPOINT = Endpoint("unix:///nowhere/docker.sock", "DOCKER_HOST")
BASE = Base("dockgate/base:trixie-1", "sha256:base", Source.DEBIAN, datetime.now(UTC), "1795313345")
NEWER = Base("dockgate/base:trixie-2", "sha256:newer", Source.DEBIAN, datetime.now(UTC), "1795313346")
HOST = Host(pip="[global]")
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
[tool.dockgate.base]
source = "debian"
max-age-days = 3
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

    def image(self, endpoint: Endpoint, tag: str) -> containers.EngineImage | None:
        assert endpoint == ENDPOINT
        return self.images.get(tag)

    def current(self, endpoint: Endpoint) -> Base:
        assert endpoint == ENDPOINT
        return BASE

    def base(
        self,
        _project: Project,
        endpoint: Endpoint,
        settings: Settings,
        found: Base,
        say: Callable[[str], None],
        *,
        renew: bool,
    ) -> Base:
        assert (endpoint, settings, found) == (ENDPOINT, Settings(Source.DEBIAN, 3), BASE)
        say("base")
        return NEWER if renew else BASE

    def command(
        self, _project: Project, endpoint: Endpoint, file: str, tags: Mapping[str, str], on: tuple[Base, Host]
    ) -> Command:
        assert (endpoint, file, on[0] in {BASE, NEWER}, on[1]) == (ENDPOINT, "pyproject.toml", True, HOST)
        self.baked.append(set(tags))
        for name, tag in tags.items():
            digests = (f"shop/{name}@sha256:{name}",) if self.pinned else ()
            self.images[tag] = containers.EngineImage(f"sha256:id-{name}", (tag,), digests, 1, {})
        return Command(("bake",))


def used(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Return an engine that is asked in place of the real one, and a bake that takes 2.5 s, and a bit more."""
    fake = Engine()
    monkeypatch.setattr(containers, "image", fake.image)
    monkeypatch.setattr(base, "current", fake.current)
    monkeypatch.setattr(base, "ensure", fake.base)
    monkeypatch.setattr(hosts, "gather", lambda _project: HOST)
    monkeypatch.setattr(bake, "command", fake.command)
    monkeypatch.setattr(bake, "run", lambda _command, tags, _done: dict.fromkeys(tags, 2.504))
    monkeypatch.setattr(contents, "of", lambda _project, _ref, digest: ImageContents(10, {digest: 1000}, 1, (), (), ()))
    return fake


def ensure(
    project: Project,
    wanted: Wanted = Wanted(),  # noqa: B008 - frozen
    said: list[str] | None = None,
    *,
    build: bool = True,
) -> dict[str, BuiltImage]:
    say = ([] if said is None else said).append
    images = builds.ensure(project, ENDPOINT, project.environment("prod"), wanted, say, build=build)
    return {image.name: image for image in images}
