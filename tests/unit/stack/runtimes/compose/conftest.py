"""A stack that changes in stages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.engine import containers as engine_containers
from dockgate.stack.runtimes.compose import rolling
from dockgate.system import process
from tests.unit.stack.runtimes.compose.staged_world import JOB, World
from tests.unit.stack.startup.stacks import FakeEngine

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockgate.engine.containers import Container


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Callable[..., World]:
    """Return what makes a world of containers and of what they do when they are started."""
    monkeypatch.setattr(rolling, "NOTICE", 0.0)

    def make(*containers: Container, rolling: str = "", **react: list[tuple[str, int]]) -> World:
        made = World(FakeEngine(*containers, react={**JOB, **react}), rolling=rolling)
        monkeypatch.setattr(engine_containers, "connect", lambda _endpoint: made.engine)
        monkeypatch.setattr(process, "run", made.compose)
        monkeypatch.setattr(made.engine, "stop", made.stop(made.engine.stop))
        monkeypatch.setattr(made.engine, "remove", made.remove(made.engine.remove))
        return made

    return make
