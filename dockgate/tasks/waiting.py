"""A line about what a task waits for: a terminal counts its seconds and forgets it, a log gets it once.

told(what, stream) -> context manager
"""

from __future__ import annotations

import shutil
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dockgate.core import project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

GUARD = "guard: comparing files and values with the rules and the known secrets"
SOON, LATE = 1.5, 10.0  # seconds of silence, chosen: what a person takes for a fault, and what a log can leave out
TICK = 1.0  # second
CLEARED = "\r\x1b[K"


@contextmanager
def told(what: str, stream: TextIO) -> Iterator[None]:
    """Say `what` while the body lasts, where it lasts long enough to be noticed."""
    ended = threading.Event()
    live = stream.isatty() and project.process_environment().get("TERM") != "dumb"
    teller = threading.Thread(target=_count if live else _say, args=(what, stream, ended), daemon=True)
    teller.start()
    try:
        yield
    finally:
        ended.set()
        teller.join()


def _count(what: str, stream: TextIO, ended: threading.Event) -> None:
    started = time.monotonic()
    if ended.wait(SOON):
        return
    while True:
        line = f"{what} … {time.monotonic() - started:.0f} s"
        stream.write(CLEARED + line[: shutil.get_terminal_size().columns - 1])
        stream.flush()
        if ended.wait(TICK):
            break
    stream.write(CLEARED)
    stream.flush()


def _say(what: str, stream: TextIO, ended: threading.Event) -> None:
    if not ended.wait(LATE):
        stream.write(f"{what}\n")
        stream.flush()
