"""A swarm of real engines, and a project that runs on it, for the tests of one file."""

from __future__ import annotations

from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import pytest

from tests.swarm import engines, shop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.swarm.engines import Node
    from tests.swarm.shop import Shop

RAM = Path("/dev/shm")  # noqa: S108 - a folder of its own there; layers on a disk would be half of the time


@pytest.fixture(scope="module")
def nodes(request: pytest.FixtureRequest) -> Iterator[tuple[Node, ...]]:
    """Start as many engines as the module says, and nothing of them stays."""
    with engines.started(Path(mkdtemp(prefix="dockgate-swarm-", dir=RAM)), request.module.NODES) as started:
        yield started


@pytest.fixture(scope="module")
def project(nodes: tuple[Node, ...], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Return a project with its first release deployed."""
    made = shop.make(tmp_path_factory.mktemp("shop") / "shop", nodes, replicas=max(2, len(nodes)))
    try:
        made.release("1.0.0")
        made.inv("deploy", "--env=prod", "--ship", "--timeout=60")
        yield made
    finally:
        shop.forget()
