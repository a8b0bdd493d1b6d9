"""What the tests of tasks on a stack share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.unit.stack.startup.stacks import COMPLETED, HEALTHY, model, service

if TYPE_CHECKING:
    import pytest

    from tests.unit.tasks.world import World


MODEL = model(service("db"), service("migrate", db=HEALTHY), service("api", migrate=COMPLETED, db=HEALTHY))


MIGRATED = {"migrate": [("die", 0)]}


def up(world: World, monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    return world.inv("up", "--env=dev", *words, monkeypatch=monkeypatch)
