"""Images: every budget, and how long builds take from nothing, after a change of code and with a new dependency."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bench.figures import Figure, inv
from dockgate.core import endpoint, project
from dockgate.images import bake, base, base_system, build, settings
from dockgate.images import host_resources as hosts
from dockgate.images.build import Wanted
from tests.integration import checkout, engine_facts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockgate.core.project import Project
    from tests.integration.checkout import Checkout

NAME = "dockgate-bench"  # a name of its own: what is built here can be removed by it
SOURCE = "docker/api/app/dockyard/__init__.py"
LOCK = "docker/api/requirements.lock"
NEW = "iniconfig"  # small, pure Python, and needed by nothing else
CHANGES = 3


def measure() -> Iterator[Figure]:
    """Measure on a copy of this tree; its images are removed at the end."""
    with tempfile.TemporaryDirectory() as folder:
        copy = checkout.make(Path(folder))
        mine = replace(project.load(copy.root, copy.env), name=NAME)
        try:
            yield from _nothing(mine)
            yield from _budgets(mine)
            yield from _changes(copy)
        finally:
            _remove(NAME)


def _nothing(mine: Project) -> Iterator[Figure]:
    """Build all images of production, and the API alone, with no layer from a cache; the base is there."""
    found = endpoint.find(mine.process)
    config, lent = settings.load(mine), hosts.gather(mine)
    standing = base.ensure(mine, found, config.base, base.current(found), print)
    for what, images, gate in (("api", ("api",), 60.0), ("all images", _targets(mine), 120.0)):
        tags = {name: f"{NAME}/{name}:cold" for name in images}
        wanted = bake.command(mine, found, config.bake, tags, (standing, lent), ("--no-cache",))
        started = time.perf_counter()
        bake.run(wanted, tags, lambda *_: None)
        taken = time.perf_counter() - started
        yield Figure(
            f"build of {what}, cold, base present", taken, "s", gate, detail="no layer cached; pip's downloads may be"
        )
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        base_system.bootstrap(mine, lent, Path(folder) / "base.tar", print)
    yield Figure("build of everything, cold, base included", taken + time.perf_counter() - started, "s", 120.0)


def _targets(mine: Project) -> tuple[str, ...]:
    return tuple(image.target for image in settings.of(settings.load(mine), mine.environment("prod")))


def _budgets(mine: Project) -> Iterator[Figure]:
    found, prod = endpoint.find(mine.process), mine.environment("prod")
    built = build.ensure(mine, found, prod, Wanted(), print)
    for row in build.budget(mine, prod, built):
        yield Figure(f"{row.image}, {row.what}", row.actual, row.unit, row.limit)


def _changes(copy: Checkout) -> Iterator[Figure]:
    """Change the code, then the lock, as a developer would, and build again through `inv`."""
    inv(copy, "build", "--image=api")
    taken = [_after(copy, lambda: _append(copy, SOURCE, f"# {time.time_ns()}\n")) for _ in range(CHANGES)]
    yield Figure("build of api, after a change of code", statistics.median(taken), "s", 3.0)
    line = _locked(copy)
    yield Figure("build of api, with a new dependency", _after(copy, lambda: _append(copy, LOCK, line)), "s", 10.0)


def _after(copy: Checkout, change: Callable[[], None]) -> float:
    change()
    taken = inv(copy, "build", "--image=api")
    document = copy.json("build", "--image=api")["images"][0]
    engine_facts.docker("image", "rm", "--force", document["ref"].partition("@")[0])
    return taken


def _locked(copy: Checkout) -> str:
    argv = [str(Path(sys.executable).with_name("uv")), "pip", "compile", "--generate-hashes", "--no-header", "--quiet"]
    done = subprocess.run(
        [*argv, "--no-annotate", "-"], input=NEW, env=copy.env, capture_output=True, text=True, check=True
    )
    return f"{done.stdout}# {time.time_ns()}\n"  # else the cache has the layer of an earlier bench


def _append(copy: Checkout, name: str, text: str) -> None:
    with (copy.root / name).open("a", encoding="utf-8") as file:
        file.write(text)


def _remove(name: str) -> None:
    tags = engine_facts.docker("image", "ls", "--format={{.Repository}}:{{.Tag}}", f"--filter=reference={name}/*")
    if tags:
        engine_facts.docker("image", "rm", "--force", *tags.split())
