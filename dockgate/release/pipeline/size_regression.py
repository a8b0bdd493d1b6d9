"""Budgets as a ratchet: a release may not be more than 5 % worse than the last one without saying why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from msgspec import Struct

from dockgate.core.errors import FindingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dockgate.release.artifact.manifest import Image
    from dockgate.release.protocols import Built

TOLERANCE = 0.05
MARK = "budget "
MEGABYTE = 1_000_000


class Sizes(Struct, frozen=True):
    """What a release weighs: by image (or `stack`) and measure, with the unit."""

    values: Mapping[tuple[str, str], tuple[float, str]]

    @classmethod
    def of(cls, images: Iterable[Image | Built], budgets: Mapping[str, Mapping[str, Any]]) -> Self:
        """Return the sizes of every image, and whatever else has a budget; `budgets` are by image and measure."""
        rows = {_named(name): (float(row["actual"]), str(row["unit"])) for name, row in budgets.items()}
        for image in images:
            rows[image.name, "unpacked"] = (image.bytes / MEGABYTE, "MB")
            rows[image.name, "compressed"] = (image.compressed / MEGABYTE, "MB")
        return cls(rows)


def _named(row: str) -> tuple[str, str]:
    image, _, measure = row.partition(" ")
    return image, measure


def check(before: Sizes, now: Sizes, entries: Iterable[str], undo: str) -> None:
    """Raise FindingsError for what grew without a changelog entry `budget NAME: why`; `undo` takes the commit back."""
    said = {entry.removeprefix(MARK).partition(":")[0].strip() for entry in entries if entry.startswith(MARK)}
    grown = [what for name, what in _grown(before, now) if name not in said]
    if grown:
        raise FindingsError(
            f"more than {TOLERANCE:.0%} worse than in the last release: {'; '.join(grown)}",
            fix=f"{undo}; make it smaller, or commit a changelog entry that says why (- budget NAME: reason); "
            "inv release --restart",
        )


def _grown(before: Sizes, now: Sizes) -> Iterator[tuple[str, str]]:
    for (name, measure), (new, unit) in now.values.items():
        old, _ = before.values.get((name, measure), (0.0, ""))
        if old and new > old * (1 + TOLERANCE):
            yield name, f"{name} {measure} {old:.4g} → {new:.4g} {unit}".rstrip()
