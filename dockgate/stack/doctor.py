"""Checks the prerequisites on this machine, each with its fix."""

from __future__ import annotations

import re
import shutil
import socket
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import asdict

from dockgate.core.errors import DockgateError
from dockgate.core.plan import Command
from dockgate.engine.sdk_client import Engine
from dockgate.system import docker_cli, process

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockgate.core.endpoint import Endpoint
    from dockgate.core.project import Project

# `start_interval` needs Engine 25 and `!override` Compose 2.24 (their documentation); Buildx as Engine 26.0 brought it
ENGINE, COMPOSE, BUILDX = (26, 0), (2, 24), (0, 13)
DISK = 5 * 2**30  # bytes: the images, their build cache and some data
SKEW = 5.0  # seconds; beyond that tokens and certificates begin to fail
STORE = (
    'put {"features": {"containerd-snapshotter": true}} into /etc/docker/daemon.json and restart the engine; '
    "images must then be built or loaded again"
)

LIVE = 'for production, put {"live-restore": true} into /etc/docker/daemon.json and run: systemctl reload docker'


class Check(Struct, frozen=True):
    """One check: whether it is good, what was found, and the fix if it is not."""

    name: str
    good: bool
    found: str
    fix: str = ""

    def __str__(self) -> str:
        """Return the line for people."""
        line = f"{'ok     ' if self.good else 'MISSING'}  {self.name:<12} {self.found}"
        return line if self.good else f"{line}\n         → {self.fix}"

    def as_json(self) -> Mapping[str, object]:
        """Return the row of `doctor --json`."""
        return asdict(self)


def examine(project: Project, endpoint: Endpoint, ports: Mapping[str, int]) -> Iterator[Check]:
    """Look at everything; `ports` are those that the environment is going to publish, by variable."""
    yield from _engine(endpoint)
    yield _tool("compose", (*docker_cli.compose(project.process), "version", "--short"), COMPOSE, project)
    yield _tool("buildx", (*docker_cli.buildx(project.process), "version"), BUILDX, project)
    for name, port in ports.items():
        yield _port(name, port)


def _engine(endpoint: Endpoint) -> Iterator[Check]:
    try:
        asked = time.time()
        info = Engine(endpoint).info()
        answered = time.time()
    except DockgateError as error:
        yield Check("engine", good=False, found=error.what, fix=error.fix or docker_cli.INSTALL)
        return
    version = str(info.get("ServerVersion", ""))
    yield Check("engine", _at_least(version, ENGINE), f"{version} at {endpoint}", docker_cli.INSTALL)
    snapshotter = any("snapshotter" in str(value) for _, value in info.get("DriverStatus") or ())
    store = "containerd" if snapshotter else f"{info.get('Driver')}, without containerd"
    yield Check("image store", snapshotter, store, STORE)
    yield _live(info)
    yield _time(info, (asked + answered) / 2)
    if endpoint.local:
        yield _disk(str(info.get("DockerRootDir", "/")))


def _live(info: Mapping[str, Any]) -> Check:
    """Say what a restart of the engine does to containers: nothing is missing, since a swarm cannot have it kept."""
    if info.get("LiveRestoreEnabled"):
        return Check("live-restore", good=True, found="on: containers run on while the engine restarts")
    if (info.get("Swarm") or {}).get("LocalNodeState") == "active":
        return Check("live-restore", good=True, found="off, as a swarm needs: a node's tasks stop with its engine")
    return Check("live-restore", good=True, found=f"off: a restart of the engine stops every container; {LIVE}")


def _time(info: Mapping[str, Any], now: float) -> Check:
    stamp = re.sub(r"(\.\d{6})\d*", r"\1", str(info.get("SystemTime", "")))
    try:
        skew = abs(datetime.fromisoformat(stamp).timestamp() - now)
    except ValueError:
        return Check("time", good=False, found="the engine does not report its time", fix="update the engine")
    return Check("time", skew < SKEW, f"{skew:.1f} s apart from the engine's", "synchronise both machines with NTP")


def _disk(folder: str) -> Check:
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return Check("disk", good=False, found=f"{folder}: {error.strerror}", fix="run it on the engine's machine")
    found = f"{free / 2**30:.0f} GiB free in {folder}"
    return Check("disk", free >= DISK, found, "inv clean removes leftovers; docker system df shows disk usage")


def _tool(name: str, argv: tuple[str, ...], least: tuple[int, int], project: Project) -> Check:
    try:
        result = process.run(Command(argv, project.child_env(), project.root, 20.0))
    except DockgateError as error:
        return Check(name, good=False, found=error.what, fix=docker_cli.INSTALL)
    found = next(iter(re.findall(r"\d+\.\d+\.\d+\S*", result.text)), "unknown")
    return Check(name, _at_least(found, least), found, docker_cli.INSTALL)


def _at_least(version: str, least: tuple[int, int]) -> bool:
    numbers = [int(number) for number in re.findall(r"\d+", version)]
    return tuple(numbers) >= least


def _port(name: str, port: int) -> Check:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            return Check(f"port {port}", good=True, found=f"{name}: only root can check whether it is free")
        except OSError as error:
            variable = name.partition(" ")[0]
            fix = f"give {variable} another value in the environment's layer, or use --instance, which takes free ports"
            return Check(f"port {port}", good=False, found=f"{name}: {error.strerror}", fix=fix)
    return Check(f"port {port}", good=True, found=f"{name} is free")
