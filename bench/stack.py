"""`up`, `inv --list` and `build`: ratios to raw Docker Compose and to an empty Invoke collection, in one run."""

from __future__ import annotations

import json
import os
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING

from bench.figures import Figure, inv, paired, seconds
from dockgate.core import endpoint, project, target
from dockgate.engine import containers
from dockgate.images import build as images
from dockgate.situation import Situation
from dockgate.stack.prepare import preview
from tests.integration import checkout, engine_facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.compose.resolve import Composition
    from tests.integration.checkout import Checkout

INSTANCE = "bench"
PROJECT = f"{checkout.NAME}-prod-{INSTANCE}"
# Invoke refuses to list nothing at all.
EMPTY = "from invoke import task\n\n@task\ndef nothing(c):\n    pass\n"


def measure() -> Iterator[Figure]:
    """Measure on a production stack of a copy of this tree, removed at the end."""
    with tempfile.TemporaryDirectory() as folder:
        copy = checkout.make(Path(folder))
        flags = ("--env=prod", f"--instance={INSTANCE}")
        copy.inv("secrets.init", "--env=prod")
        copy.inv("build", "--env=prod")
        try:
            cold = copy.json("up", *flags)
            yield Figure("up of prod, fresh volumes", cold["seconds"], "s", 10.0)
            yield from _up(copy, flags)
            yield _answer()
            yield from _build(copy)
        finally:
            copy.inv("down", *flags, "--volumes", "--confirm=prod")
        yield _list(copy, Path(folder))


def _composition(copy: Checkout) -> Composition:
    loaded = project.load(copy.root, copy.env)
    chosen = target.target(loaded, "prod", INSTANCE, endpoint.find(copy.env))
    situation = Situation(loaded)
    resolved = situation.resolved(chosen.environment)
    seen = images.preview(loaded, chosen.endpoint, chosen.environment, images.Wanted(given=resolved.plain()))
    return preview(situation, chosen, resolved, {image.variable: image.ref for image in seen}).composition


def _up(copy: Checkout, flags: tuple[str, ...]) -> Iterator[Figure]:
    composition = _composition(copy)
    raw = composition.command("up", "--detach", "--wait", "--no-build", "--pull", "never")
    argv = (engine_facts.DOCKER, "compose", *raw.argv[1:])

    def ours() -> float:
        return inv(copy, "up", *flags)

    def theirs() -> float:
        return seconds(argv, raw.env, copy.root)

    def stopped(start: object) -> float:
        seconds(composition.command("stop").argv, raw.env, copy.root)
        assert not any(one.running for one in containers.containers(endpoint.find(copy.env), PROJECT))
        assert callable(start)
        return float(start())

    ratio, detail = paired(ours, theirs, 7)
    yield Figure("up with nothing to change / compose up --wait", ratio, "x", 0.25, detail=detail)
    ratio, detail = paired(lambda: stopped(ours), lambda: stopped(theirs), 5)
    yield Figure("up of a stopped stack / compose up --wait", ratio, "x", 0.8, detail=detail)
    yield Figure("up of prod, warm", stopped(ours), "s", 6.0)
    seconds(composition.command("stop").argv, raw.env, copy.root)
    ours()
    yield Figure("stop of the stack", seconds(composition.command("stop").argv, raw.env, copy.root), "s", 3.0)
    ours()


def _answer() -> Figure:
    """Start one API container again and again: from the start of its process to the first answer."""
    api = engine_facts.containers(PROJECT)["api"][0]["Id"]
    taken = sorted(_first_answer(api) for _ in range(5))
    return Figure("API process to first answered request", taken[2], "s", 0.6)


def _first_answer(container: str) -> float:
    engine_facts.docker("stop", container)
    engine_facts.docker("start", container)
    entry = json.loads(engine_facts.docker("inspect", container))[0]
    address = next(each["IPAddress"] for each in entry["NetworkSettings"]["Networks"].values())
    ticks = Path(f"/proc/{entry['State']['Pid']}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    for _ in range(2000):
        if _answers(address):
            return time.clock_gettime(time.CLOCK_BOOTTIME) - int(ticks) / os.sysconf("SC_CLK_TCK")
        time.sleep(0.005)
    raise RuntimeError("the API does not answer")


def _answers(address: str) -> bool:
    connection = HTTPConnection(address, 8000, timeout=1)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _build(copy: Checkout) -> Iterator[Figure]:
    taken = sorted(inv(copy, "build", "--env=prod") for _ in range(5))
    yield Figure("build with nothing to do", taken[2], "s", 0.4)
    built = copy.json("build", "--env=prod")["images"]
    for image in built:
        yield Figure(f"image {image['name']}, unpacked", image["bytes"] / 1e6, "MB", 200.0)


def _list(copy: Checkout, folder: Path) -> Figure:
    empty = folder / "empty"
    empty.mkdir()
    (empty / "tasks.py").write_text(EMPTY, encoding="utf-8")
    nothing = checkout.Checkout(empty, copy.env)
    ratio, detail = paired(lambda: inv(copy, "--list"), lambda: inv(nothing, "--list"), 15)
    return Figure("inv --list / an empty collection", ratio, "x", 1.2, detail=detail)
