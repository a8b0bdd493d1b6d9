"""Makes each case go wrong, for the question whether `up` ever says that it went well.

`python -m bench injections` makes all of them, test_injections.py a few.
"""

from __future__ import annotations

import socket
import subprocess
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.integration import engine_facts
from tests.integration.engine_proxy import EngineProxy
from tests.integration.injection_cases import (
    FAULTS,
    GONE,
    JOB_FAULTS,
    LATE,
    LATER,
    OUTSIDE,
    PORT,
    Case,
)
from tests.integration.shop import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.integration.injection_scene import Scene


@dataclass
class Verdict:
    """What `up` said of a case, and what the observer saw when it had ended."""

    case: Case
    code: int
    right: bool
    kept: bool
    seconds: float
    said: str

    @property
    def false_green(self) -> bool:
        """Return whether `up` exited 0 although not everything was as it was asked for."""
        return self.code == 0 and not self.right


def inject(scene: Scene, case: Case) -> Verdict:
    """Let one thing go wrong, and return what was said and what was so; the stack is as it should be before."""
    if case.fresh:
        scene.down()
    change = {**FAULTS, **LATER, **JOB_FAULTS}.get(case.fault, {"environment": {"X": str(scene.variant)}})
    if case.fault in {*OUTSIDE, GONE} and case.target != "job":
        change |= LATE
    scene.slow = case.fault in LATER  # the others still come up when it fails
    if case.fault == PORT:
        scene.port = free_port()
    variant = scene.write(case.target, change)
    began = time.monotonic()
    with _trouble(scene, case) as env:
        done = scene.up(28, **env)
        seconds = time.monotonic() - began
        right = scene.right(case.target, variant)
        kept = not case.fresh and all(map(scene.serves, ("store", "job", "app", "edge")))
    return Verdict(case, done.returncode, right, kept, seconds, done.stderr)


def repair(scene: Scene) -> Verdict:
    """Take the change back, and return the verdict on that: green, whatever was left."""
    scene.slow = False
    scene.write()
    began = time.monotonic()
    done = scene.up()
    right = scene.right("", 0)
    case = Case(scene.environment, "", "")
    return Verdict(case, done.returncode, right, right, time.monotonic() - began, done.stderr)


@contextmanager
def _trouble(scene: Scene, case: Case) -> Iterator[dict[str, str]]:
    """Prepare what comes from outside; yield what the command has to be told."""
    if case.fault in OUTSIDE:
        with _at_start(scene, case.target, lambda key: engine_facts.docker(*case.fault.split(), key, check=False)):
            yield {}
    elif case.fault == GONE:
        with EngineProxy(scene.folder / "engine.sock") as proxy, _at_start(scene, case.target, lambda _: proxy.end()):
            yield {"DOCKER_HOST": proxy.host}
    elif case.fault == PORT:
        with socket.create_server(("127.0.0.1", scene.port)):
            yield {}
    else:
        yield {}


@contextmanager
def _at_start(scene: Scene, target: str, act: Callable[[str], object]) -> Iterator[None]:
    """Do something to each container of a service when it starts."""
    known = {one["Id"] for one in engine_facts.containers(scene.project).get(target, ())}
    filters = (f"label=com.docker.compose.project={scene.project}", f"label=com.docker.compose.service={target}")
    words = [word for each in (*filters, "event=start") for word in ("--filter", each)]
    argv = [engine_facts.DOCKER, "events", *words, f"--since={time.time():.9f}", "--format", "{{.Actor.ID}}"]
    listener = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)

    def follow() -> None:
        for line in listener.stdout or ():
            if line.strip() not in known or target == "job":
                with suppress(OSError):
                    act(line.strip())

    thread = threading.Thread(target=follow, daemon=True)
    thread.start()
    try:
        yield
    finally:
        listener.terminate()
        thread.join()
        listener.communicate()  # closes its pipe, too
