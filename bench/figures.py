"""Figures: what was measured, against which gate; ratios are medians of pairs taken in turn."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tests.integration.checkout import Checkout


@dataclass(frozen=True)
class Figure:
    """One measured figure; it is good up to `gate` (from `gate` upwards with `least`); no gate: for information."""

    name: str
    value: float
    unit: str
    gate: float | None = None
    least: bool = False
    detail: str = ""

    @property
    def good(self) -> bool:
        """Tell whether the gate holds."""
        if self.gate is None:
            return True
        return self.value >= self.gate if self.least else self.value <= self.gate

    def __str__(self) -> str:
        """Return the line for people."""
        gate = "" if self.gate is None else f"  gate {'≥' if self.least else '≤'} {self.gate:g}"
        return f"{'ok  ' if self.good else 'OVER'}  {self.name:<44} {self.value:8.3f} {self.unit}{gate}  {self.detail}"


def seconds(argv: Sequence[str], env: Mapping[str, str], cwd: Path) -> float:
    """Return the wall time of a command that must succeed."""
    started = time.perf_counter()
    done = subprocess.run(argv, env=dict(env), cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    taken = time.perf_counter() - started
    if done.returncode:
        message = f"{' '.join(argv)} exited {done.returncode}: {done.stderr.decode()[-2000:]}"
        raise RuntimeError(message)
    return taken


def inv(copy: Checkout, *words: str) -> float:
    """Return the wall time of an `inv` of a copy of this tree."""
    return seconds((str(Path(sys.executable).with_name("inv")), *words), copy.env, copy.root)


def paired(ours: Callable[[], float], theirs: Callable[[], float], runs: int) -> tuple[float, str]:
    """Return the median ratio of pairs taken in turn, after one run of each that does not count, and both medians."""
    ours(), theirs()
    pairs = [(ours(), theirs()) for _ in range(runs)]
    ratio = statistics.median(mine / other for mine, other in pairs)
    mine, other = (statistics.median(column) for column in zip(*pairs, strict=True))
    return ratio, f"{mine:.3f} s to {other:.3f} s, {runs} pairs"
