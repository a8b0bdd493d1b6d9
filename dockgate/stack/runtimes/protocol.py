"""What a runtime is: the one interface through which a stack is looked at, brought up, operated and removed."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Protocol

from msgspec import Struct
from msgspec.structs import replace

from dockgate.core.project import ONE_ENGINE
from dockgate.core.target import UP

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from contextlib import AbstractContextManager

    from dockgate.core.endpoint import Endpoint
    from dockgate.core.plan import Plan
    from dockgate.engine.containers import Container, Life
    from dockgate.stack.prepare import Prepared
    from dockgate.stack.startup.board import Listener
    from dockgate.stack.startup.outcome import Outcome


class Observed(Struct, frozen=True):
    """What runs of a stack: its containers, the ids of networks that they name and that are gone.

    `cut` are the ids of containers that lost their network when the container that has it restarted. `each_node` says
    how many containers services should have which have one on each node.
    """

    containers: tuple[Container, ...]
    lost: frozenset[str] = frozenset()
    cut: frozenset[str] = frozenset()
    each_node: Mapping[str, int] = MappingProxyType({})


class Holdings(Struct, frozen=True):
    """All that there is of a stack: containers, names of networks and of volumes."""

    containers: tuple[Container, ...]
    networks: tuple[str, ...]
    volumes: tuple[str, ...]

    @property
    def exists(self) -> bool:
        """Return whether anything but volumes is there."""
        return bool(self.containers or self.networks)

    def removal(self, begun: Removed | None, *, volumes: bool) -> Removed:
        """Return what is going to be removed, with what an earlier attempt (`begun`) that was killed has removed."""
        there = Removed(tuple(one.name for one in self.containers), self.networks, self.volumes if volumes else ())
        if begun is None:
            return there
        gone = tuple(name for name in begun.volumes if name not in self.volumes)
        return Removed(
            _both(begun.containers, there.containers),
            _both(begun.networks, there.networks),
            _both(gone, there.volumes),
            begun.secrets,
        )


def _both(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))


class Removed(Struct, frozen=True):
    """What was removed: names, and whether there were secrets on RAM."""

    containers: tuple[str, ...]
    networks: tuple[str, ...]
    volumes: tuple[str, ...]
    secrets: bool = False

    def with_secrets(self, secrets: bool) -> Removed:  # noqa: FBT001 - the one thing that it sets
        """Return the removal with whether there were secrets on RAM, now or in an earlier attempt."""
        return replace(self, secrets=self.secrets or secrets)

    def as_json(self) -> Mapping[str, object]:
        """Return what `down --json` prints below the target."""
        return {
            "containers": list(self.containers),
            "networks": list(self.networks),
            "volumes": list(self.volumes),
            "secrets": self.secrets,
        }


class Order(Struct, frozen=True):
    """How a plan is run: for these services (empty: all), each start in so many seconds, reported to `listener`.

    Without `fetch`, an image that is missing is an error; what is pulled or built is said to `fetching` before.
    `warn` is told what Compose warns of although it succeeds. Where the release before can come back, it does when
    something ends within `watch` seconds, or when `check` raises an error about the containers.
    """

    services: tuple[str, ...] = ()
    timeout: float = 120.0
    listener: Listener | None = None
    fetch: bool = True
    fetching: Callable[[str], None] | None = None
    warn: Callable[[str], None] | None = None
    watch: float = 0.0
    check: Callable[[tuple[Container, ...]], None] | None = None


class LogRequest(Struct, frozen=True):
    """Which lines of the logs: of these services (empty: all), the last `tail` (0: all), newer than `since`."""

    services: tuple[str, ...] = ()
    follow: bool = False
    tail: int = 0
    since: str = ""
    timestamps: bool = False


class ExecRequest(Struct, frozen=True):
    """A command to run in a container, as `user` (empty: the container's own), with `NAME=VALUE` pairs on top.

    `entrypoint` stands in for the image's own in a new container, and the words are its arguments.
    """

    words: tuple[str, ...]
    user: str = ""
    variables: tuple[str, ...] = ()
    terminal: bool = False
    entrypoint: str = ""


class Traits(Struct, frozen=True):
    """What commands have to know of a kind of runtime: which of them brings a stack up, and what that one needs.

    `secret_files`: secrets as files on this machine. `pulls`: its nodes take images from a registry by themselves.
    `nodes`: it runs on several engines, so what the one that is asked has says little.
    """

    command: str = UP[ONE_ENGINE]
    secret_files: bool = True
    pulls: bool = False
    nodes: bool = False


class Runtime(Protocol):
    """One stack where it runs. What a plan says is what `run` does; neither decides anything the other does not see."""

    traits: ClassVar[Traits]

    @property
    def watch(self) -> float:
        """Return for how many seconds new containers have to stay up before a deployment counts as done."""

    def exclusive(self, message: str, wait: float, say: Callable[[str], None]) -> AbstractContextManager[None]:
        """Hold the stack where it runs, against other machines; LockedError when `wait` seconds were not enough."""

    def engines(self) -> tuple[tuple[str, Endpoint], ...]:
        """Return the engines that run the stack's containers, by the name of their node."""

    def notes(self, prepared: Prepared) -> tuple[str, ...]:
        """Return what this kind of runtime reads otherwise than the files were written for."""

    def observe(self) -> Observed:
        """Look at what runs now."""

    def lives(self, containers: Collection[Container]) -> Mapping[str, Life]:
        """Return since when each container is in the state that it is in, and how often it was restarted."""

    def plan(self, prepared: Prepared, observed: Observed, services: Sequence[str] = ()) -> Plan:
        """Return the steps from what runs to what is prepared."""

    def plan_restart(self, prepared: Prepared, observed: Observed, services: Sequence[str]) -> Plan:
        """Return the steps that restart these services (empty: all) and what depends on their restart."""

    def plan_jobs(self, prepared: Prepared, observed: Observed, jobs: Sequence[str]) -> Plan:
        """Return the steps that run these one-shots once more, as they are prepared, and that start what they need."""

    def run_jobs(self, prepared: Prepared, observed: Observed, plan: Plan, order: Order) -> Outcome:
        """Do what a plan of one-shots says, and nothing else."""

    def run_once(self, prepared: Prepared, service: str, request: ExecRequest) -> int:
        """Run a command in a new container of a service in the foreground; return its exit code."""

    def run(self, prepared: Prepared, observed: Observed, plan: Plan, order: Order) -> Outcome:
        """Do what the plan says, then wait until everything is as it should be, or something failed."""

    def logs(self, request: LogRequest) -> int:
        """Show logs in the foreground; return the exit code."""

    def exec(self, container: Container, request: ExecRequest) -> int:
        """Run a command in a container in the foreground; return its exit code."""

    def holdings(self) -> Holdings:
        """Look at everything that the stack has, volumes too; ConfigError when it is another checkout's."""

    def plan_removal(self, holdings: Holdings, *, volumes: bool) -> Plan:
        """Return what is removed of the stack; its volumes only with `volumes`."""

    def remove(self, holdings: Holdings, plan: Plan) -> Removed:
        """Do what the plan says; ToolFailedError when something of the stack stays."""
