"""Where a value or a finding comes from."""

from __future__ import annotations

from msgspec import Struct

from dockgate.core import terminal

SHELL = "your shell"  # what the process environment is to a person


class Location(Struct, frozen=True, order=True):
    """A place: `path` in the project (empty: the user's shell), `line` and `column` from 1 (0: unknown)."""

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """Return `path:line:column`, without what is unknown."""
        parts = [
            terminal.word(self.path) or SHELL,
            *(str(number) for number in (self.line, self.column) if number),
        ]
        return ":".join(parts)


def line_at(text: str, place: int) -> int:
    """Return the line, from 1, in which a place of a text is."""
    return text.count("\n", 0, place) + 1
