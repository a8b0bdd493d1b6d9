"""The files of texts: what is new is refused, and what differs from run to run is not looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import said

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a file that knows three texts, and where nothing is written."""
    made = tmp_path / "errors.txt"
    made.write_text(
        "<tmp>/x: is gone → make it\nhealthy  <time> ago\nsince <date> by <someone> (pid <number>)\ntwo\\nlines\n",
        encoding="utf-8",
    )
    return made


@pytest.mark.skipif(said.WRITE, reason="everything is written down")
def test_a_text_that_changed_is_refused(place: Path) -> None:
    """By a letter, or by a word less."""
    said.hold(place, [f"{place.parent}/x: is gone → make it", "two\nlines"])
    for text in ("two\nLines", "/srv/x: is gone → make it", "XXtwo\nlinesXX"):
        with pytest.raises(AssertionError, match=r"DOCKGATE_TEXTS=write pytest adds it"):
            said.hold(place, ["two\nlines", text])


@pytest.mark.parametrize("user", ["root", "ann"])
def test_what_differs_from_run_to_run_is_not_looked_at(place: Path, user: str) -> None:
    """Dates, processes, people."""
    said.hold(place, ["healthy  331 days ago", "healthy  1 second ago"])
    said.hold(place, [f"since 2026-01-31T10:00:00.123Z by {user} (pid 99)", f"since 2027-02-01 by {user} (pid 12345)"])
