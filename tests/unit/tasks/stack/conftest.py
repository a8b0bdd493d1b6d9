"""A stack that is not real."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.tasks import world as worlds
from tests.unit.tasks.stack.words import MIGRATED, MODEL

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.tasks.world import World


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    made = worlds.make(tmp_path, MODEL, monkeypatch)
    made.engine.react = MIGRATED
    return made
