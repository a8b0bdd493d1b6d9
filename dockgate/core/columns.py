"""Plain columns for people: what is on a line of its own in a terminal, a log or a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def align(rows: Iterable[Sequence[object]], gap: str = "  ") -> str:
    """Return the rows with every column as wide as its widest cell; trailing space is cut."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = (gap.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in cells)
    return "\n".join(line.rstrip() for line in lines)
