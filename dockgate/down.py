"""`down`: removes exactly one stack; its volumes only when asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate import composition, execute, observe, ownership, secretfiles
from dockgate.engine import Engine
from dockgate.errors import ToolFailedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.observe import Container
    from dockgate.project import Project
    from dockgate.target import Target


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
    label = [f"{observe.PROJECT}={target.project}"]
    containers = observe.containers(target.endpoint, target.project)
    ownership.check(target, containers)
    networks = tuple(sorted(network["Name"] for network in engine.networks(label)))
    volumes = tuple(sorted(volume["Name"] for volume in engine.volumes(label)))
    return Stack(containers, networks, volumes)


def down(project: Project, target: Target, stack: Stack, *, volumes: bool) -> Removed:
    """Remove the stack that `look` found; ToolFailedError when something of it stays."""
    if stack.exists:
        execute.run(composition.by_name(project, target, "down", "--remove-orphans", timeout=180.0))
    engine = Engine(target.endpoint)
    for network in look(target).networks:
        engine.remove_network(network)
    if volumes:
        for volume in stack.volumes:
            engine.remove_volume(volume)
    secrets = secretfiles.remove(project, target)
    left = look(target)
    if left.exists:
        stuck = ", ".join((*(container.name for container in left.containers), *left.networks))
        raise ToolFailedError(
            f"still there after down: {stuck}", fix="docker rm --force removes a container that hangs"
        )
    names = tuple(container.name for container in stack.containers)
    return Removed(names, stack.networks, stack.volumes if volumes else (), secrets)
