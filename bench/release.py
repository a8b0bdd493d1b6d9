"""Releases: what promoting, verifying and going back take, on images that are here."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench.figures import Figure
from tests.integration import shop as shops

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.shop import Shop

RUNS = 3
FIRST, SECOND = "1.0.0", "1.1.0"


def measure() -> Iterator[Figure]:
    """Measure on two releases of a copy of this tree, removed at the end."""
    with tempfile.TemporaryDirectory() as folder, shops.shop(Path(folder)) as shop:
        yield Figure("release, from clean tree to tag", _timed(shop, "release", f"--version={FIRST}"), "s")
        shop.change("a second one")
        shop.copy.inv("release", f"--version={SECOND}")
        yield _median("releases.verify", [_timed(shop, "releases.verify", FIRST) for _ in range(RUNS)])
        promoted, back = zip(*(_round(shop) for _ in range(RUNS)), strict=True)
        yield _median("promote", promoted, 2.0)
        yield _median("rollback, images here", back, 6.0)


def _round(shop: Shop) -> tuple[float, float]:
    """Bring both releases to staging, one after the other, and go back."""
    taken = []
    for number in (FIRST, SECOND):
        taken.append(_timed(shop, "promote", "--to=staging", f"--version={number}"))
        shop.copy.inv("up", "--env=staging")
    return max(taken), _timed(shop, "rollback", "--env=staging")


def _median(name: str, taken: list[float] | tuple[float, ...], gate: float | None = None) -> Figure:
    detail = f"median of {len(taken)}, {min(taken):.2f}-{max(taken):.2f}"
    return Figure(name, statistics.median(taken), "s", gate, detail=detail)


def _timed(shop: Shop, *words: str) -> float:
    started = time.perf_counter()
    shop.copy.inv(*words)
    return time.perf_counter() - started
