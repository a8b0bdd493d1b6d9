"""What a person sees while a task works and has nothing to show yet."""

from __future__ import annotations

import io
import time
from itertools import count
from types import SimpleNamespace

import pytest

from dockgate.tasks import waiting
from tests.unit.terminal import Terminal


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test wait for tenths of seconds."""
    monkeypatch.setattr(waiting, "SOON", 0.02)
    monkeypatch.setattr(waiting, "LATE", 0.02)
    monkeypatch.setattr(waiting, "TICK", 0.02)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "40")


def lasting(stream: io.StringIO, what: str, least: int) -> str:
    """Wait until the stream was written to so often."""
    with waiting.told(what, stream):
        until(stream, what, least)
    return stream.getvalue()


def until(stream: io.StringIO, what: str, least: int) -> None:
    deadline = time.monotonic() + 60
    while stream.getvalue().count(what[:8]) < least and time.monotonic() < deadline:
        time.sleep(0.005)


def test_a_terminal_counts_the_seconds_and_forgets_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line is written over, and is gone when there is something to show."""
    monkeypatch.setattr(waiting, "time", SimpleNamespace(monotonic=count(7.0).__next__))
    shown = lasting(Terminal(), "guard: comparing files", 2)
    assert shown.startswith("\r\x1b[Kguard: comparing files … 1 s\r\x1b[Kguard: comparing files … 2 s")
    assert shown.endswith("\r\x1b[K")
    assert "\n" not in shown


def test_a_line_fits_the_terminal() -> None:
    """A wrapped line could not be written over."""
    shown = lasting(Terminal(), "guard: comparing " + "files " * 20, 1)
    assert max(map(len, shown.split("\r\x1b[K"))) == 39


@pytest.mark.parametrize("terminal", ["", "dumb"])
def test_a_log_gets_it_once(monkeypatch: pytest.MonkeyPatch, terminal: str) -> None:
    """A pipe, and a terminal that cannot write over a line."""
    monkeypatch.setenv("TERM", terminal or "xterm")
    stream = Terminal() if terminal else io.StringIO()
    assert lasting(stream, "guard: comparing files", 1) == "guard: comparing files\n"


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()])
def test_what_is_quick_is_not_announced(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO) -> None:
    """Nor is there anything to forget."""
    monkeypatch.setattr(waiting, "SOON", 60.0)
    monkeypatch.setattr(waiting, "LATE", 60.0)
    with waiting.told("guard: comparing files", stream):
        pass
    assert stream.getvalue() == ""


def test_an_error_ends_the_line() -> None:
    """Its message begins on an empty line."""
    stream = Terminal()

    def fails() -> None:
        with waiting.told("guard: comparing files", stream):
            until(stream, "guard: comparing files", 1)
            raise ValueError("files")

    with pytest.raises(ValueError, match="files"):
        fails()
    assert stream.getvalue().endswith("\r\x1b[K")
