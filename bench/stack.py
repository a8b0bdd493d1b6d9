"""`up`, `inv --list` and `build`: ratios to raw Docker Compose and to an empty Invoke collection, in one run."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench import images
from bench.figures import Figure, paired, seconds
from dockgate import endpoint, layering, observe, project, secretstore, target
from dockgate.images import build as builds
from dockgate.prepare import foresee
from tests.integration import checkout, engine_facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.composition import Composition
    from tests.integration.checkout import Checkout

NAME = "dockgate"
INSTANCE = "bench"
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
            yield images.first_answer(f"{NAME}-prod-{INSTANCE}")
            yield from images.budgets(copy)
            yield from _build(copy)
            yield from images.builds(copy)
        finally:
            copy.inv("down", *flags, "--volumes", "--confirm=prod")
        yield _list(copy, Path(folder))


def _inv(copy: Checkout, *words: str) -> float:
    import sys  # noqa: PLC0415 - the interpreter's own folder

    return seconds((str(Path(sys.executable).with_name("inv")), *words), copy.env, copy.root)


def _composition(copy: Checkout) -> Composition:
    loaded = project.load(copy.root, copy.env)
    chosen = target.target(loaded, "prod", INSTANCE, endpoint.find(copy.env))
    resolved = layering.resolve(loaded, chosen.environment, secretstore.layer(loaded, chosen.environment))
    seen = builds.foresee(loaded, chosen.endpoint, chosen.environment, builds.Wanted(given=resolved.plain()))
    return foresee(loaded, chosen, resolved, {image.variable: image.ref for image in seen}).composition


def _up(copy: Checkout, flags: tuple[str, ...]) -> Iterator[Figure]:
    composition = _composition(copy)
    raw = composition.command("up", "--detach", "--wait", "--no-build", "--pull", "never")
    argv = (engine_facts.DOCKER, "compose", *raw.argv[1:])

    def ours() -> float:
        return _inv(copy, "up", *flags)

    def theirs() -> float:
        return seconds(argv, raw.env, copy.root)

    def stopped(start: object) -> float:
        seconds(composition.command("stop").argv, raw.env, copy.root)
        assert not any(one.running for one in observe.containers(endpoint.find(copy.env), f"{NAME}-prod-{INSTANCE}"))
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


def _build(copy: Checkout) -> Iterator[Figure]:
    taken = sorted(_inv(copy, "build", "--env=prod") for _ in range(5))
    yield Figure("build with nothing to do", taken[2], "s", 0.4)


def _list(copy: Checkout, folder: Path) -> Figure:
    empty = folder / "empty"
    empty.mkdir()
    (empty / "tasks.py").write_text(EMPTY, encoding="utf-8")
    nothing = checkout.Checkout(empty, copy.env)
    ratio, detail = paired(lambda: _inv(copy, "--list"), lambda: _inv(nothing, "--list"), 15)
    return Figure("inv --list / an empty collection", ratio, "x", 1.2, detail=detail)
