"""Plain columns."""

from __future__ import annotations

import pytest

from dockgate.core.columns import align


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    """And no line ends in blanks."""
    assert align([("A", "BB"), ("long", ""), ("x", 1)]) == "A     BB\nlong\nx     1"


def test_a_line_that_is_too_long_loses_what_matters_least() -> None:
    """The columns in their order, each down to eight characters, and no more than is needed."""
    row = ("service", "0123456789abcdef", "0123456789abcdef")
    assert align([row], width=40, least=(2, 1)) == "service  0123456789abcdef  0123456789ab…"
    assert align([row], width=30, least=(2, 1)) == "service  0123456789…  0123456…"
    assert align([row], width=10, least=(2, 1)) == "service  0123456…  0123456…"
    assert align([row], width=0, least=(2, 1)) == align([row])


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (0, "abcdef  0123456789  xy"),
        (22, "abcdef  0123456789  xy"),
        (21, "abcdef  01234567…  xy"),
        (20, "abcdef  0123456…  xy"),
        (5, "abcdef  0123456…  xy"),
    ],
)
def test_a_column_is_shortened_as_far_as_it_says_something(width: int, line: str) -> None:
    """No further than that, and not at all where it is shorter already."""
    assert align([("abcdef", "0123456789", "xy")], width=width, least=(0, 1)) == line
