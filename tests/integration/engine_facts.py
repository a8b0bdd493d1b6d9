"""What the engine itself says of a stack: tests assert on this, not on what Dockgate prints."""

from __future__ import annotations

import json
import subprocess
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from tests.integration.waiting import eventually

DOCKER = "/usr/bin/docker"
PROJECT = "com.docker.compose.project"
KINDS = ("container", "network", "volume")


def docker(*words: str, check: bool = True) -> str:
    """Run the client and return its output; the limit only ends what hangs."""
    return subprocess.run([DOCKER, *words], capture_output=True, text=True, timeout=600, check=check).stdout


def left(project: str) -> list[str]:
    """Return everything on the engine that carries the project's label."""
    found = []
    for kind in KINDS:
        every = ("--all",) if kind == "container" else ()
        names = docker(kind, "ls", *every, "--quiet", "--filter", f"label={PROJECT}={project}").split()
        found += [f"{kind} {name}" for name in names]
    return found


def containers(project: str) -> dict[str, list[dict[str, Any]]]:
    """Return the inspected containers of a stack, by service; one that goes meanwhile is not there."""
    ids = docker("ps", "--all", "--quiet", "--filter", f"label={PROJECT}={project}").split()
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in json.loads(docker("inspect", *ids, check=False) or "[]") if ids else []:
        found.setdefault(entry["Config"]["Labels"]["com.docker.compose.service"], []).append(entry)
    return found


def published(entry: dict[str, Any]) -> set[tuple[str, str]]:
    """Return a container's published ports: (port/protocol, address)."""
    bindings = entry["NetworkSettings"]["Ports"] or {}
    return {(port, each["HostIp"]) for port, each_list in bindings.items() for each in each_list or ()}


def host_port(entry: dict[str, Any], port: str) -> int:
    """Return the host's port for a container's port such as 8080/tcp."""
    return int(entry["NetworkSettings"]["Ports"][port][0]["HostPort"])


def processes(entry: dict[str, Any]) -> list[int]:
    """Return the host's ids of all processes of a running container."""
    top = docker("top", entry["Id"], "-eo", "pid").split()[1:]
    return [int(pid) for pid in top]


def statuses(entry: dict[str, Any]) -> list[dict[str, str]]:
    """Return /proc/<pid>/status of all processes of a running container: at least of its first.

    A health probe may end between the list and the look; before it begins it is runc, with all of the engine's rights.
    """
    found = [status(entry["State"]["Pid"])]
    for pid in processes(entry):
        with suppress(FileNotFoundError, ProcessLookupError):
            found.append(eventually(partial(status, pid), lambda seen: not seen["Name"].startswith("runc")))
    return found


def status(pid: int) -> dict[str, str]:
    """Return /proc/<pid>/status as a table."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}
