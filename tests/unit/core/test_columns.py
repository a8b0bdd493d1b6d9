"""Plain columns."""

from __future__ import annotations

from dockgate.core.columns import align


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    """And no line ends in blanks."""
    assert align([("A", "BB"), ("long", ""), ("x", 1)]) == "A     BB\nlong\nx     1"
