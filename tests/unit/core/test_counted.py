"""Numbers in messages."""

from __future__ import annotations

import pytest

from dockgate.core.counted import counted, first_of


@pytest.mark.parametrize(("number", "text"), [(0, "0 findings"), (1, "1 finding"), (2, "2 findings")])
def test_one_is_singular(number: int, text: str) -> None:
    """Only one is."""
    assert counted(number, "finding") == text


def test_the_first_stands_for_the_others() -> None:
    """With how many there are, and where they are shown."""
    assert first_of("A", 1, "finding", "inv guard") == "A"
    assert first_of("A", 2, "finding", "inv guard") == "A (and 1 more finding: inv guard shows all)"
    assert first_of("A", 4, "problem") == "A (and 3 more problems)"
