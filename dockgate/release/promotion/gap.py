"""What a promoted release that is not backward compatible means for its roll-out, said before it begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.release.artifact import manifest

if TYPE_CHECKING:
    from dockgate.core.plan import Plan
    from dockgate.core.project import Project
    from dockgate.env.release_pointer import Pointer

REPLACED = frozenset({"roll", "recreate"})


def announced(project: Project, pointer: Pointer | None, plan: Plan) -> str:
    """Return the announcement; empty where the rehearsal went well, or nothing of what runs is replaced."""
    if pointer is None or not any(step.action in REPLACED for step in plan.steps):
        return ""
    released, _, _ = manifest.load(project.root, pointer.version)
    before = released.rehearsal.get("before") or {}
    if before.get("compatible", True):
        return ""
    return (
        f"gap: {released.version} is not backward compatible. {before['version']} does not work on the database that "
        "it migrates, so what still runs of it fails from the migrations to the last new container"
    )
