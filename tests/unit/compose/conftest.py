"""A Compose that is not real."""

from __future__ import annotations

import pytest

from dockgate.system import process
from tests.unit.compose.resolving import FakeCompose


@pytest.fixture
def compose(monkeypatch: pytest.MonkeyPatch) -> FakeCompose:
    fake = FakeCompose()
    monkeypatch.setattr(process, "run", fake.run)
    return fake
