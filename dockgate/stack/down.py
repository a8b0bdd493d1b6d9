"""`down`: removes exactly one stack; its volumes only when asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.compose import resolve
from dockgate.core.errors import ToolFailedError
from dockgate.engine import containers as engine_containers
from dockgate.engine.sdk_client import Engine
from dockgate.secrets import runtime_files
from dockgate.stack import ownership
from dockgate.system import process

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.core.project import Project
    from dockgate.core.target import Target
    from dockgate.engine.containers import Container


class Stack(Struct, frozen=True):
    """What the engine has of a stack: containers, names of networks and of volumes."""

    containers: tuple[Container, ...]
    networks: tuple[str, ...]
    volumes: tuple[str, ...]

    @property
    def exists(self) -> bool:
        """Tell whether anything but volumes is there."""
        return bool(self.containers or self.networks)


class Removed(Struct, frozen=True):
    """What `down` removed: counts and names, and whether there were secrets on RAM."""

    containers: tuple[str, ...]
    networks: tuple[str, ...]
    volumes: tuple[str, ...]
    secrets: bool

    def as_json(self) -> Mapping[str, object]:
        """Return what `down --json` prints below the target."""
        return {
            "containers": list(self.containers),
            "networks": list(self.networks),
            "volumes": list(self.volumes),
            "secrets": self.secrets,
        }


def look(target: Target) -> Stack:
    """Return what there is of the stack; ConfigError when it is another checkout's."""
    engine = Engine(target.endpoint)
    label = [f"{engine_containers.PROJECT}={target.project}"]
    containers = engine_containers.containers(target.endpoint, target.project)
    ownership.check(target, containers)
    networks = tuple(sorted(network["Name"] for network in engine.networks(label)))
    volumes = tuple(sorted(volume["Name"] for volume in engine.volumes(label)))
    return Stack(containers, networks, volumes)


def down(project: Project, target: Target, stack: Stack, *, volumes: bool) -> Removed:
    """Remove the stack that `look` found; ToolFailedError when something of it stays."""
    if stack.exists:
        process.run(resolve.by_name(project, target, "down", "--remove-orphans", timeout=180.0))
    engine = Engine(target.endpoint)
    for network in look(target).networks:
        engine.remove_network(network)
    if volumes:
        for volume in stack.volumes:
            engine.remove_volume(volume)
    secrets = runtime_files.remove(project, target)
    left = look(target)
    if left.exists:
        stuck = ", ".join((*(container.name for container in left.containers), *left.networks))
        raise ToolFailedError(
            f"still there after down: {stuck}", fix="docker rm --force removes a container that hangs"
        )
    names = tuple(container.name for container in stack.containers)
    return Removed(names, stack.networks, stack.volumes if volumes else (), secrets)
