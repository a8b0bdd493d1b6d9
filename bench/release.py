"""Releases: seconds to release, promote and roll back, on a copy of this tree with a name of its own."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench.figures import Figure, inv
from tests.integration import shop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.shop import Shop


def measure() -> Iterator[Figure]:
    """Make two releases, promote both, and go back: images are local, and nothing is built on the way."""
    with tempfile.TemporaryDirectory() as folder, shop.opened(Path(folder)) as made:
        inv(made.copy, "release", "--version=1.0.0")
        _promote(made, "1.0.0")
        made.change("a visible change")
        yield Figure("release, its checks left out", inv(made.copy, "release", "--bump=minor"), "s")
        taken = _promote(made, "1.1.0")
        yield Figure("promote", taken, "s", 2.0)
        yield Figure("rollback of prod", inv(made.copy, "rollback", "--env=prod"), "s", 6.0)
        yield Figure("up of the promoted release, nothing to change", inv(made.copy, "up", "--env=prod"), "s")


def _promote(made: Shop, version: str) -> float:
    """Bring a release to staging and to production; return the longer promotion's seconds."""
    taken = []
    for environment in ("staging", "prod"):
        taken.append(inv(made.copy, "promote", f"--to={environment}", f"--version={version}"))
        inv(made.copy, "up", f"--env={environment}")
    return max(taken)
