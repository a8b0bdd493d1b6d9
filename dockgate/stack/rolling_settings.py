"""What `[tool.dockgate.rolling]` says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from dockgate.core.project import Project


class RollingSettings(Struct, frozen=True):
    """How services are rolled: so many containers at a time, and seconds that an old one may take to finish.

    `drain` None: each service's own `stop_grace_period`.
    """

    parallel: int = 1
    drain: float | None = None


def load(project: Project) -> RollingSettings:
    """Return the settings; ConfigError for what is wrong in them."""
    table = project.table("rolling")
    parallel, drain = table.integer("parallel", 1), table.number("drain-seconds", -1.0)
    if parallel < 1:
        raise table.error("parallel", "must be 1 or more")
    if drain < 0 and "drain-seconds" in tuple(table):
        raise table.error("drain-seconds", "must be 0 or more")
    table.done()
    return RollingSettings(parallel, drain if drain >= 0 else None)
