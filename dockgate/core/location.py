"""Where a value or a finding comes from."""

from __future__ import annotations

from msgspec import Struct

from dockgate.core import terminal


class Location(Struct, frozen=True, order=True):
    """A place: `path` in the project (empty: the process environment), `line` and `column` from 1 (0: unknown)."""

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """Return `path:line:column`, without what is unknown."""
        parts = [
            terminal.word(self.path) or "process environment",
            *(str(number) for number in (self.line, self.column) if number),
        ]
        return ":".join(parts)
