"""Progress for people: lines without a terminal, a live board on a terminal."""

from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING

import pytest

from dockgate.stack.startup.board import Board, Lines, listener
from dockgate.stack.startup.outcome import Row, State

if TYPE_CHECKING:
    from collections.abc import Mapping


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


@pytest.mark.parametrize(
    ("stream", "process", "kind"),
    [
        (io.StringIO(), {}, Lines),
        (Terminal(), {}, Board),
        (Terminal(), {"TERM": "dumb"}, Lines),
        (io.StringIO(), {"FORCE_COLOR": "1"}, Board),
        (Terminal(), {"NO_COLOR": "1"}, Board),
    ],
)
def test_the_stream_and_the_process_environment_choose(
    stream: io.StringIO, process: Mapping[str, str], kind: type
) -> None:
    """A board needs a terminal, or the variable that insists."""
    assert isinstance(listener(stream, process), kind)


def test_lines_tell_each_service_once_at_its_end() -> None:
    """Name, outcome, seconds."""
    stream = io.StringIO()
    lines = Lines(stream)
    lines.update((Row("api", State.WAITING), Row("postgres", State.STARTING, 1.0)))
    assert stream.getvalue() == ""
    ended = (Row("api", State.STARTING, 3.0), Row("postgres", State.HEALTHY, 1.0, 2.26))
    lines.update(ended)
    lines.update(ended)
    lines.update((Row("api", State.FAILED, 3.0, 4.0), ended[1]))
    lines.close()
    assert stream.getvalue() == "postgres  healthy  1.3 s\napi       failed  1.0 s\n"


def test_lines_say_once_what_a_probe_says_while_a_service_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its text is not ours: no control character of it reaches the terminal."""
    monkeypatch.setattr(time, "monotonic", lambda: 13.0)
    stream = io.StringIO()
    lines = Lines(stream)
    for text in ("exit code 1, \x1b[2Jrefused", "exit code 1, again"):
        lines.update((Row("api", State.STARTING, 3.0, None, f"last probe: {text}"),))
    assert stream.getvalue() == "api  starting for 10 s; last probe: exit code 1, \\u001b[2Jrefused\n"


def drawn(process: Mapping[str, str]) -> str:
    """Return what a board leaves on its terminal."""
    stream = Terminal()
    board = listener(stream, process)
    now = time.monotonic()
    board.update((Row("api", State.STARTING, now), Row("db", State.WAITING)))
    failed = Row("api", State.FAILED, now, now + 1.5, "exited [bold]")
    board.update((failed, Row("db", State.HEALTHY, now, now + 0.5, "", "healthy")))
    board.close()
    return stream.getvalue()


def test_a_board_shows_the_last_state_of_every_service() -> None:
    """With its health, its seconds and why it failed, which may hold brackets."""
    screen = drawn({"TERM": "xterm", "NO_COLOR": "1"})
    last = [line for line in screen.splitlines() if line.strip()][-3:]
    assert any("api" in line and "failed" in line and "1.5 s" in line and "exited [bold]" in line for line in last)
    assert any(line.split() == ["db", "running", "healthy", "0.5", "s"] for line in last)


def test_no_color_takes_the_colour_away() -> None:
    """The board stays."""
    red = "31m"
    assert red in drawn({"TERM": "xterm"})
    assert red not in drawn({"TERM": "xterm", "NO_COLOR": "1"})


def test_a_board_that_was_never_drawn_closes_silently() -> None:
    """A start that fails before its first look."""
    stream = Terminal()
    listener(stream, {}).close()
    assert stream.getvalue() == ""
