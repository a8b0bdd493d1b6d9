"""An engine on a socket that is not real."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.engine.canned import Server

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Return a server with no answers yet."""
    one = Server(monkeypatch)
    yield one
    one.close()
