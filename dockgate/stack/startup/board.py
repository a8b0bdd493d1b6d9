"""Progress of a start for people: a live board on a terminal, plain lines elsewhere.

listener(stream, process) -> Listener
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol, TextIO

from dockgate.core import terminal
from dockgate.stack.startup.outcome import GOOD, State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.live import Live
    from rich.table import Table

    from dockgate.stack.startup.outcome import Row


class Listener(Protocol):
    """Receives every change."""

    def update(self, rows: tuple[Row, ...]) -> None:
        """Receive the state of the services."""

    def close(self) -> None:
        """Say the last word; called once, however the start ends."""


def listener(stream: TextIO, process: Mapping[str, str]) -> Listener:
    """Return the board that suits the stream; FORCE_COLOR makes it a terminal, NO_COLOR takes the colour away."""
    dumb = process.get("TERM") == "dumb"
    if process.get("FORCE_COLOR") or (stream.isatty() and not dumb):
        return Board(stream, colour=not process.get("NO_COLOR"))
    return Lines(stream)


class Lines:
    """One line for each service when it has come to its outcome: `api  healthy  1.2 s`.

    And one before, where a probe fails while the service is waited for.
    """

    def __init__(self, stream: TextIO) -> None:
        """Print to `stream`."""
        self._stream = stream
        self._said: set[str] = set()
        self._explained: set[str] = set()

    def update(self, rows: tuple[Row, ...]) -> None:
        """Print the services that have come to an end since the last time."""
        width = max((len(row.name) for row in rows), default=0)
        for row in rows:
            if row.name not in self._said and (row.state in GOOD or row.state is State.FAILED):
                self._said.add(row.name)
                self._stream.write(f"{row.name:<{width}}  {row.state}  {row.seconds(time.monotonic()):.1f} s\n")
            elif row.state is State.STARTING and row.detail and row.name not in self._explained:
                self._explained.add(row.name)
                seconds = f"{row.seconds(time.monotonic()):.0f} s"
                self._stream.write(f"{row.name:<{width}}  {row.state} for {seconds}; {terminal.word(row.detail)}\n")
        self._stream.flush()

    def close(self) -> None:
        """Nothing is left to say: the caller prints the outcome."""


class Board:
    """A live table of services: state, health, seconds, and why something failed."""

    STYLES: ClassVar[Mapping[State, str]] = {
        State.HEALTHY: "green",
        State.RUNNING: "green",
        State.COMPLETED: "green",
        State.STARTING: "yellow",
        State.FAILED: "bold red",
        State.BLOCKED: "red",
    }

    def __init__(self, stream: TextIO, *, colour: bool) -> None:
        """Draw on `stream`; the terminal is touched with the first update only."""
        self._stream = stream
        self._colour = colour
        self._rows: tuple[Row, ...] = ()
        self._live: Live | None = None

    def update(self, rows: tuple[Row, ...]) -> None:
        """Draw the services as they are now; the seconds go on by themselves."""
        self._rows = rows
        if self._live:
            self._live.refresh()
            return
        from rich.console import Console  # noqa: PLC0415 - heavy
        from rich.live import Live  # noqa: PLC0415 - heavy

        system: Literal["auto"] | None = "auto" if self._colour else None
        console = Console(file=self._stream, force_terminal=True, color_system=system)
        self._live = Live(console=console, get_renderable=self._table)
        self._live.start()

    def close(self) -> None:
        """Leave the last state on the screen."""
        if self._live:
            self._live.stop()

    def _table(self) -> Table:
        from rich.table import Table  # noqa: PLC0415 - heavy
        from rich.text import Text  # noqa: PLC0415 - heavy

        table, now = Table.grid(padding=(0, 2)), time.monotonic()
        for row in self._rows:
            seconds = "" if row.started is None else f"{row.seconds(now):.1f} s"
            style = self.STYLES.get(row.state, "dim")
            state = State.RUNNING if row.state is State.HEALTHY else row.state
            table.add_row(
                Text(row.name),
                Text(str(state), style),
                Text(row.health, style),
                seconds,
                Text(terminal.word(row.detail)),
            )
        return table
