"""Times in words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dockgate.core.ago import ago

NOW = datetime(2026, 3, 10, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2026-03-10T12:00:00Z", "0 seconds ago"),
        ("2026-03-10T11:59:59.123456789Z", "1 second ago"),
        ("2026-03-10T11:58:01Z", "119 seconds ago"),
        ("2026-03-10T11:58:00Z", "2 minutes ago"),
        ("2026-03-10T10:00:01Z", "119 minutes ago"),
        ("2026-03-10T10:00:00Z", "2 hours ago"),
        ("2026-03-08T12:00:00Z", "2 days ago"),
        ("2026-03-10T12:00:01Z", "2026-03-10T12:00:01Z"),
    ],
)
def test_the_largest_unit_of_which_there_are_two(moment: str, words: str) -> None:
    """A clock that is behind gets the time itself."""
    assert ago(moment, NOW) == words
