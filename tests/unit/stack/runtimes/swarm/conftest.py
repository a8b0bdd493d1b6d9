"""The runtime of a shop that is deployed on a manager in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.engine import containers as engine_containers
from dockgate.stack.runtimes.protocol import Order
from dockgate.stack.runtimes.swarm import removal, returning, rollout
from dockgate.stack.runtimes.swarm.runtime import Swarm
from dockgate.system import process
from tests.unit import projects
from tests.unit.stack.runtimes.swarm import stacks
from tests.unit.stack.runtimes.swarm.deployed import PROCESS, READY, SETTINGS, Volumes
from tests.unit.stack.runtimes.swarm.manager import Manager

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.plan import Command


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> Manager:
    made = Manager()
    monkeypatch.setattr(engine_containers, "connect", lambda _: made)
    monkeypatch.setattr(rollout, "LOOK", 0.01)
    monkeypatch.setattr(returning, "LOOK", 0.01)
    monkeypatch.setattr(removal, "Engine", Volumes)
    monkeypatch.setattr(Volumes, "left", ("shop-prod_data",))
    monkeypatch.setattr(Volumes, "asked", [])
    return made


@pytest.fixture
def runtime(tmp_path: Path, manager: Manager) -> Swarm:
    assert manager.names("services") == []
    made = Swarm(projects.make(tmp_path, SETTINGS, PROCESS), stacks.TARGET)
    observed = made.observe()
    made.run(READY, observed, made.plan(READY, observed), Order(timeout=1.0))
    return made


@pytest.fixture
def attached(monkeypatch: pytest.MonkeyPatch) -> list[Command]:
    """Return the commands that were run in the foreground."""
    found: list[Command] = []

    def attach(command: Command) -> int:
        found.append(command)
        return 0

    monkeypatch.setattr(process, "attach", attach)
    return found
