"""A store's text in parts."""

from __future__ import annotations

import pytest

from dockgate.secrets import blocks
from dockgate.secrets.blocks import Block
from dockgate.secrets.store import NAME


def test_the_parts_of_a_text_are_the_text_again() -> None:
    text = "# c\n\n  A='1\r\n2'\nB\n'x\n"
    found = blocks.parse(text)
    assert "".join(each.text for each in found) == text
    assert found == (
        Block("# c\n", None, None, 1, error=False),
        Block("\n  A='1\r\n2'\n", "A", "1\r\n2", 3, error=False),
        Block("B\n", "B", None, 5, error=False),
        Block("'x\n", None, None, 6, error=True),
    )


@pytest.mark.parametrize(
    ("block", "said"),
    [
        (Block("", "A", "1", 1, error=False), ""),
        (Block("# c", None, None, 1, error=False), ""),
        (Block("", "A", "1", 1, error=True), "is not a variable with a value"),
        (Block("", "A", None, 1, error=False), "is not a variable with a value"),
        (Block("", "1A", "", 1, error=False), "is not a variable name"),
        (Block("", "B", "1", 1, error=False), "B is defined twice"),
    ],
)
def test_what_keeps_a_part_from_being_a_secret(block: Block, said: str) -> None:
    """A comment is none, and no problem."""
    assert blocks.problem(block, NAME, {"B"}) == said
