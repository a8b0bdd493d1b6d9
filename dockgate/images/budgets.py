"""Budgets of images (`[tool.dockgate.budgets]`): what may not grow, and how much room is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core.findings import Finding, Severity
from dockgate.core.location import Location
from dockgate.core.suggest import near
from dockgate.images import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dockgate.core.project import Project
    from dockgate.core.toml_table import Table
    from dockgate.images.contents import ImageContents

MEGABYTE = 1_000_000  # bytes: SI, as registries and `docker images` count
STACK = "stack-compressed-mb"
CODE = "DG510"
FIX = "make the image smaller, or raise the budget in [tool.dockgate.budgets] and give the reason in CHANGELOG.md"


class Row(Struct, frozen=True):
    """One budget: of what, the limit, what it is now, and its unit."""

    image: str
    what: str
    limit: float
    actual: float
    unit: str = ""
    detail: str = ""

    @property
    def exceeded(self) -> bool:
        """Return whether the budget is overdrawn."""
        return self.actual > self.limit

    def __str__(self) -> str:
        """Return one line with the headroom."""
        unit = f" {self.unit}" if self.unit else ""
        room = self.limit - self.actual
        tail = f"over by {-room:.4g}{unit}" if self.exceeded else f"room {room:.4g}{unit}"
        return f"{self.image} {self.what}: {self.actual:.4g} of {self.limit:.4g}{unit}, {tail}{self.detail}"

    def as_json(self) -> Mapping[str, str | float]:
        """Return the budget as `inv build --json` prints it."""
        return {
            "image": self.image,
            "what": self.what,
            "limit": self.limit,
            "actual": round(self.actual, 3),
            "headroom": round(self.limit - self.actual, 3),
            "unit": self.unit,
        }

    def finding(self, file: str) -> Finding:
        """Return the finding for an overdrawn budget that `file` sets."""
        return Finding(Location(file), CODE, Severity.ERROR, str(self), fix=FIX)


def rows(project: Project, facts: Mapping[str, ImageContents], stack: Mapping[str, ImageContents]) -> tuple[Row, ...]:
    """Return all budgets that apply to these images; `stack` is all of production's, or empty."""
    table = project.table("budgets")
    total = table.number(STACK) if STACK in table else None
    found = [row for name in table if name != STACK for row in _image(table.table(name), name, facts.get(name))]
    table.done()
    _known(project, table)
    if total is not None and stack:
        layers = {digest: size for each in stack.values() for digest, size in each.layers.items()}
        found.append(Row("stack", "compressed", total, sum(layers.values()) / MEGABYTE, "MB"))
    return tuple(found)


def _known(project: Project, table: Table) -> None:
    """Refuse a budget of an image that there is none of: it would never be exceeded."""
    images = {image.name for image in settings.load(project).images}
    for name in table:
        if name != STACK and name not in images:
            fix = f"the images here are {', '.join(sorted(images)) or 'none'}"
            raise table.error(name, f"is not an image of [tool.dockgate.images].{near(name, images)}", fix)


def _image(table: Table, name: str, facts: ImageContents | None) -> tuple[Row, ...]:
    limits = {key: table.number(key) for key in MEASURES if key in table}
    table.done()
    return tuple(MEASURES[key](name, limit, facts) for key, limit in limits.items()) if facts else ()


def _size(what: str, measure: Callable[[ImageContents], int]) -> Callable[[str, float, ImageContents], Row]:
    return lambda name, limit, facts: Row(name, what, limit, measure(facts) / MEGABYTE, "MB")


def _count(what: str, measure: Callable[[ImageContents], int]) -> Callable[[str, float, ImageContents], Row]:
    return lambda name, limit, facts: Row(name, what, limit, measure(facts))


def _none_of(
    what: str, measure: Callable[[ImageContents], tuple[str, ...]]
) -> Callable[[str, float, ImageContents], Row]:
    def row(name: str, limit: float, facts: ImageContents) -> Row:
        paths = measure(facts)
        return Row(name, what, limit, len(paths), detail=f" ({', '.join(paths)})" if paths else "")

    return row


MEASURES = {
    "unpacked-mb": _size("unpacked", lambda facts: facts.bytes),
    "compressed-mb": _size("compressed", lambda facts: facts.compressed),
    "layers": _count("layers", lambda facts: len(facts.layers)),
    "packages": _count("Debian packages", lambda facts: facts.packages),
    "shells": _none_of("shells", lambda facts: facts.shells),
    "package-managers": _none_of("package managers", lambda facts: facts.managers),
    "setuid": _none_of("set-uid files", lambda facts: facts.setuid),
}
