"""The release before one that migrates: it has to run on the migrated database, unless the changelog says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.release.artifact import manifest
from dockgate.release.engine_store import EngineStore
from dockgate.release.pipeline import changelog
from dockgate.release.pipeline.rehearsal import Before
from dockgate.release.promotion import migration_files, migrations
from dockgate.system import regular_file

if TYPE_CHECKING:
    from dockgate.core.endpoint import Endpoint
    from dockgate.core.project import Project
    from dockgate.release.settings import ReleaseSettings

SAID = "not backward compatible"


def find(project: Project, endpoint: Endpoint, settings: ReleaseSettings, version: str) -> Before | None:
    """Return the release before; None where there is none, this one adds no migration, or its images are not here."""
    earlier = [each for each in manifest.listed(project.root) if each != version]
    if not earlier:
        return None
    last, _, _ = manifest.load(project.root, earlier[-1])
    if not migrations.below(migration_files.read(project, settings), last.migrations):
        return None
    references = [image.reference for image in last.images]
    if not all(EngineStore(project, endpoint).digests(references).values()):
        return None
    text = regular_file.text(project.root / settings.changelog)
    said = SAID in changelog.notes(text, version).lower()
    return Before(last.version, last.variables(), may_fail=said, commit=last.commit)
