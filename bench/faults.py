"""Faults of a production stack under load: requests that failed, seconds until all is healthy, rows that are lost.

A crash is the kernel's SIGKILL to a container's first process, as when memory runs out: the engine starts it again.
After `docker kill`, which the engine takes for a stop, `inv up` does. The database's volume is a file system of its
own, which is filled and emptied. With ENGINE_RESTART="systemctl restart docker" the engine is restarted too, on a
machine of yours. Needs root, for the signals and the file system. faults.json keeps every figure.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import stage as stages
from bench.figures import Figure
from dockgate.core.endpoint import Endpoint
from dockgate.engine.sdk_client import Engine
from tests.integration import engine_facts, shop, tiny_image
from tests.swarm import engines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench.load import Report
    from bench.stage import Stage
    from tests.integration.shop import Shop
    from tests.swarm.engines import Node

RESULT = Path("faults.json")
RATE = 240.0  # requests a second: what waits for an answer is late with its next one, and 200 are to remain
VOLUME, SIZE = "postgres-data", "512m"
LONGEST = 120.0  # seconds until a stack that is not healthy again counts as broken
FULL = 10.0  # seconds that the volume stays full
HEALTHY = 60.0  # the gate: three health checks of ten seconds, a start, and as much again
RESTART = "ENGINE_RESTART"


@dataclass
class Fault:
    """What happened to the stack, and what came of it."""

    name: str
    report: Report
    seconds: float
    stayed: bool = True

    def as_json(self) -> dict[str, Any]:
        """Return what is kept of it."""
        return {**self.report.as_json(), "healthy_after": round(self.seconds, 1), "came_back": self.stayed}


def measure() -> Iterator[Figure]:
    """Restart an engine of the bench's own; then let one thing fail after the other in a stack under load."""
    for live in (False, True):
        with engines.alone(Path(tempfile.mkdtemp()), 1, live_restore=live) as (node,):
            name = f"container away while the engine restarts, live-restore {'on' if live else 'off'}"
            yield Figure(name, _away(node), "s", 0.0 if live else None)
    yield from _under_faults()


def _away(node: Node) -> float:
    """Restart an engine; return for how long its container did not run."""
    image = tiny_image.make(Engine(Endpoint(node.host, "default")), "restart")
    words = ("--detach", "--init", "--restart=always", "--network=none", "--name=one")
    node.docker("run", *words, image, "sh", "-c", "while sleep 0.1; do :; done")
    ask = ("inspect", "--format", "{{.State.Running}} {{.State.Pid}}", "one")
    before = node.docker(*ask)
    began = time.monotonic()
    if node.process is not None:
        node.process.terminate()
        node.process.wait(LONGEST)
    stayed = Path(f"/proc/{before.split()[1]}").exists()
    node.start()
    while not node.docker(*ask, check=False).startswith("true"):
        time.sleep(0.05)
    return 0.0 if stayed and node.docker(*ask) == before else time.monotonic() - began


def _under_faults() -> Iterator[Figure]:
    kept: dict[str, Any] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        _disk(Path(folder, "disk")) as disk,
        shop.opened(Path(folder, "shop")) as made,
    ):
        _volume(made, disk)
        made.copy.inv("up", "--env=prod")
        stage = stages.opened(made)
        stage.rate = RATE
        before, accepted = stage.jobs(), 0
        for name, act in _faults(made, disk):
            fault = _under_load(stage, name, act)
            accepted += len(fault.report.jobs)
            kept[name] = fault.as_json()
            RESULT.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
            detail = f"of {fault.report.requests} at {kept[name]['rate']} a second: {dict(fault.report.failures)}"
            yield Figure(f"failed requests, {name}", float(fault.report.failed), "", detail=detail)
            wrong = sum(count for kind, count in fault.report.failures.items() if kind.endswith("500"))
            yield Figure(f"answers of 500, {name}", float(wrong), "", 0.0)
            yield Figure(f"healthy after, {name}", fault.seconds, "s", HEALTHY)
        kept["jobs"] = {"accepted": accepted, "stored": stage.jobs() - before}
        RESULT.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
        yield Figure("jobs accepted and not stored", float(max(0, accepted - kept["jobs"]["stored"])), "", 0.0)


def _under_load(stage: Stage, name: str, act: Callable[[], None]) -> Fault:
    """Let something fail while requests come; return what came back and when all was healthy again."""
    seconds = [LONGEST]

    def happen() -> int:
        began = time.monotonic()
        act()
        while time.monotonic() - began < LONGEST:
            if healthy(engine_facts.containers(f"{stage.made.name}-prod")):
                seconds[0] = time.monotonic() - began
                return 0
            time.sleep(0.25)
        return 1

    report, code, _ = stage.during(happen)
    if code:
        stage.made.copy.inv("up", "--env=prod")  # the next fault begins with a whole stack
    return Fault(name, report, seconds[0], stayed=code == 0)


def healthy(found: dict[str, list[dict[str, Any]]]) -> bool:
    """Return whether every service runs and is healthy; a one-shot has ended well."""
    return bool(found) and all(_serves(each["State"]) for entries in found.values() for each in entries)


def _serves(state: dict[str, Any]) -> bool:
    if "Health" in state:
        return bool(state["Running"] and state["Health"]["Status"] == "healthy")
    return bool(state["Running"] or (state["Status"] == "exited" and state["ExitCode"] == 0))


def _faults(made: Shop, disk: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield what is to fail: every service twice, the disk, and the engine where that is allowed."""
    entries = engine_facts.containers(f"{made.name}-prod")
    lasting = sorted(name for name, each in entries.items() if each[0]["State"]["Running"])
    for name in lasting:
        yield f"crash of {name}", partial(_crash, made, name)
    for name in lasting:
        yield f"docker kill of {name}, inv up", partial(_kill, made, name)
    yield f"full volume of the database for {FULL:g} s", partial(_fill, disk)
    if command := os.environ.get(RESTART):
        yield "restart of the engine", partial(_restart, shlex.split(command))


def _crash(made: Shop, name: str) -> None:
    entry = engine_facts.containers(f"{made.name}-prod")[name][0]
    os.kill(entry["State"]["Pid"], signal.SIGKILL)
    while engine_facts.containers(f"{made.name}-prod")[name][0]["State"]["Pid"] == entry["State"]["Pid"]:
        time.sleep(0.05)  # until the engine knows


def _kill(made: Shop, name: str) -> None:
    engine_facts.docker("kill", engine_facts.containers(f"{made.name}-prod")[name][0]["Id"])
    made.copy.inv("up", "--env=prod")


def _fill(disk: Path) -> None:
    """Take every byte of the file system for a while."""
    filler = disk / "filler"
    try:
        with filler.open("wb") as file, suppress(OSError):
            while file.write(bytes(1 << 16)):
                file.flush()
        time.sleep(FULL)
    finally:
        filler.unlink()


def _restart(command: list[str]) -> None:
    """Restart the engine, and wait until it answers."""
    subprocess.run(command, check=True, timeout=LONGEST)
    while subprocess.run((engine_facts.DOCKER, "version"), capture_output=True, check=False).returncode:
        time.sleep(0.25)


@contextmanager
def _disk(place: Path) -> Iterator[Path]:
    """Mount a small file system."""
    place.mkdir()
    subprocess.run(("/usr/bin/mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0755", "tmpfs", str(place)), check=True)
    try:
        yield place
    finally:
        subprocess.run(("/usr/bin/umount", "--lazy", str(place)), check=True)


def _volume(made: Shop, disk: Path) -> None:
    """Create the database's volume on it, as Compose would have, before Compose does."""
    name = f"{made.name}-prod"
    data = disk / "data"
    data.mkdir()
    labels = {engine_facts.PROJECT: name, "com.docker.compose.volume": VOLUME}
    options = {"type": "none", "o": "bind", "device": str(data)}
    words = [f"--label={key}={value}" for key, value in labels.items()]
    words += [f"--opt={key}={value}" for key, value in options.items()]
    engine_facts.docker("volume", "create", *words, f"{name}_{VOLUME}")
