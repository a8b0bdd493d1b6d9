"""How long ago something happened, in words: `3 minutes ago`."""

from __future__ import annotations

from datetime import UTC, datetime

from dockgate.core.counted import counted

# Each unit from two of it on, so that "1 hour ago" never stands for 1:59.
UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def ago(moment: str, now: datetime | None = None) -> str:
    """Return how long before `now` (default: this moment) an ISO 8601 time was; a time ahead of the clock is itself."""
    then = datetime.fromisoformat(f"{moment[:19]}+00:00")
    seconds = int(((now or datetime.now(UTC)) - then).total_seconds())
    if seconds < 0:
        return f"{moment[:19]}Z"
    size, unit = next((each for each in UNITS if seconds >= 2 * each[0]), UNITS[-1])
    return f"{counted(seconds // size, unit)} ago"
