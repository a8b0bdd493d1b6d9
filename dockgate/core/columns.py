"""Plain columns for people: what is on a line of its own in a terminal, a log or a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

GAP = "  "
SHORTEST = 8  # below that, a shortened name or path says nothing


def align(rows: Iterable[Sequence[object]], *, width: int = 0, least: Sequence[int] = ()) -> str:
    """Return the rows with every column as wide as its widest cell; trailing space is cut.

    Where a line is longer than `width` (0: any length fits), the columns `least` are shortened, in that order.
    """
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for column in least if width else ():
        excess = sum(widths) + len(GAP) * (len(widths) - 1) - width
        widths[column] -= min(max(0, excess), max(0, widths[column] - SHORTEST))
    lines = (GAP.join(map(_cell, row, widths)) for row in cells)
    return "\n".join(line.rstrip() for line in lines)


def _cell(text: str, width: int) -> str:
    return text.ljust(width) if len(text) <= width else f"{text[: width - 1]}…"
