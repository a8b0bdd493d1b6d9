"""Size budgets as a ratchet: a release may not grow by more than 5 % over the last one without saying why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.errors import FindingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dockgate.release.manifest import Image

TOLERANCE = 0.05
MARK = "budget "


def check(before: Iterable[Image], now: Iterable[Image], entries: Iterable[str]) -> None:
    """Raise FindingsError for images that grew without a changelog entry `budget NAME: why`."""
    said = {entry.removeprefix(MARK).partition(":")[0].strip() for entry in entries if entry.startswith(MARK)}
    grown = [what for name, what in _grown(before, now) if name not in said]
    if grown:
        raise FindingsError(
            f"more than {TOLERANCE:.0%} larger than in the last release: {'; '.join(grown)}",
            fix="make it smaller, or add a changelog entry that says why: - budget NAME: reason",
        )


def _grown(before: Iterable[Image], now: Iterable[Image]) -> Iterator[tuple[str, str]]:
    last = {image.name: image for image in before}
    for image in now:
        known = last.get(image.name)
        if known is None:
            continue
        for unit, old, new in (("compressed", known.compressed, image.compressed), ("", known.bytes, image.bytes)):
            if old and new > old * (1 + TOLERANCE):
                yield image.name, f"{image.name} {old / 1e6:.1f} → {new / 1e6:.1f} MB {unit}".rstrip()
