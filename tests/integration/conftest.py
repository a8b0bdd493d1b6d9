"""Integration tests run on a real engine: without one they fail."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tests.integration import engine_facts

if TYPE_CHECKING:
    from types import FrameType


def pytest_configure() -> None:
    """Let what a test started be removed when Nox stops its sessions, which kills their process group 2 s later."""
    signal.signal(signal.SIGTERM, _leave_and_stop)


def _leave_and_stop(_number: int, _frame: FrameType | None) -> None:
    with suppress(PermissionError):  # a group of its own already
        os.setpgid(0, 0)
    raise KeyboardInterrupt


@pytest.fixture(scope="session", autouse=True)
def engine() -> None:
    """Hold that an engine answers."""
    assert engine_facts.docker("version", "--format", "{{.Server.Version}}", check=False).strip(), "no engine answers"
