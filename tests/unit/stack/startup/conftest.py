"""What holds for every start."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDS = 60.0  # seconds


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    """However it ends, every thread ends."""
    yield
    for thread in threading.enumerate():
        if thread is not threading.main_thread():
            thread.join(ENDS)  # rich tells its own to end, and does not wait for it
    assert [thread for thread in threading.enumerate() if thread is not threading.main_thread()] == []
