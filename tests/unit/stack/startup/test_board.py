"""Progress for people: lines without a terminal, a live board on a terminal."""

from __future__ import annotations

import io
import re
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
    board = listener(stream, process)
    assert isinstance(board, kind)
    assert board._stream is stream  # type: ignore[attr-defined]
    if isinstance(board, Board):
        assert board._colour is ("NO_COLOR" not in process)


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
    lines.update(())
    lines.close()
    assert stream.getvalue() == "postgres  healthy  1.3 s\napi       failed  1.0 s\n"


def test_lines_of_what_has_not_ended_count_until_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many seconds as a reader has waited; names stand in a column."""
    monkeypatch.setattr(time, "monotonic", lambda: 13.26)
    stream = Flushed()
    lines = Lines(stream)
    lines.update((Row("api", State.COMPLETED, 3.0), Row("postgres", State.STARTING, 3.0, None, "last probe: no")))
    assert stream.getvalue() == "api       completed  10.3 s\npostgres  starting for 10 s; last probe: no\n"
    assert stream.flushed == 1


class Flushed(io.StringIO):
    """A stream that counts."""

    flushed = 0

    def flush(self) -> None:
        self.flushed += 1


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
    last = [re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", line).rstrip() for line in screen.splitlines()]
    assert [line for line in last if line][-2:] == [
        "api  failed            1.5 s  exited [bold]",
        "db   running  healthy  0.5 s",
    ]


@pytest.mark.parametrize(
    ("row", "cells", "style"),
    [
        (Row("a", State.WAITING), ("a", "waiting", "", "", ""), "dim"),
        (
            Row("a", State.STARTING, 1.0, None, "x\n", "starting"),
            ("a", "starting", "starting", "9.0 s", "x\\u000a"),
            "yellow",
        ),
        (Row("a", State.HEALTHY, 1.0, 2.5, "", "healthy"), ("a", "running", "healthy", "1.5 s", ""), "green"),
        (Row("a", State.COMPLETED, 1.0, 2.5), ("a", "completed", "", "1.5 s", ""), "green"),
        (Row("a", State.FAILED, 1.0, 2.5), ("a", "failed", "", "1.5 s", ""), "bold red"),
        (Row("a", State.BLOCKED), ("a", "blocked", "", "", ""), "red"),
    ],
)
def test_a_row_of_a_board(monkeypatch: pytest.MonkeyPatch, row: Row, cells: tuple[str, ...], style: str) -> None:
    """State and health have the colour of the state."""
    monkeypatch.setattr(time, "monotonic", lambda: 10.0)
    board = Board(io.StringIO(), colour=True)
    board._rows = (row,)
    table = board._table()
    found = [next(iter(column.cells)) for column in table.columns]
    assert tuple(map(str, found)) == cells
    assert [getattr(found[number], "style", None) for number in (1, 2)] == [style, style]
    assert table.padding == (0, 2, 0, 2)


def test_a_board_can_be_insisted_on() -> None:
    """In the log of a CI, which is no terminal."""
    stream = io.StringIO()
    board = listener(stream, {"FORCE_COLOR": "1"})
    board.update((Row("api", State.WAITING),))
    board.close()
    assert "\x1b[" in stream.getvalue()


def test_no_color_takes_the_colour_away() -> None:
    """The board stays."""
    assert "31m" in drawn({"TERM": "xterm"})
    assert not re.search(r"\x1b\[[0-9;]*m", drawn({"TERM": "xterm", "NO_COLOR": "1"}))


def test_a_board_that_was_never_drawn_closes_silently() -> None:
    """A start that fails before its first look."""
    stream = Terminal()
    listener(stream, {}).close()
    assert stream.getvalue() == ""
