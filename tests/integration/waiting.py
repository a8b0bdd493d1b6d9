"""Waiting for what becomes true at a moment of its own: a page that is read every ten seconds, a line in a log."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Answer = TypeVar("Answer")


def eventually(question: Callable[[], Answer], enough: Callable[[Answer], bool], seconds: float = 120) -> Answer:
    """Ask until the answer is enough, and return the last one; what was wrong with that is for the test to say."""
    deadline, pause = time.monotonic() + seconds, 0.05
    while not enough(answer := question()) and time.monotonic() < deadline:
        time.sleep(pause)
        pause = min(1.0, pause * 2)
    return answer
