"""Which known name was meant."""

from __future__ import annotations

import pytest

from dockgate.core import suggest


@pytest.mark.parametrize(
    ("name", "known", "said"),
    [
        ("pord", ["prod", "dev"], " Did you mean prod?"),
        ("qa", ["aq"], " Did you mean aq?"),
        ("tst", ["etsa"], " Did you mean etsa?"),  # 4 / 7
        ("staging", ["prod", "dev"], ""),
        ("tsty", ["ets"], ""),  # 4 / 7, and longer
        ("word", ["ward", "cord", "lord"], " Did you mean ward or lord?"),
    ],
)
def test_the_nearest_names(name: str, known: list[str], said: str) -> None:
    """Two at most, and none that is far; short names are never near by the ratio of long ones."""
    assert suggest.near(name, known) == said
