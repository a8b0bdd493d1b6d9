"""One release in progress: what every step of it knows."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct, to_builtins

from dockgate.release.artifact import manifest
from dockgate.release.artifact.manifest import ReleasedImage
from dockgate.release.protocols import Built, BuiltIn
from dockgate.system import regular_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from semver import Version

    from dockgate.core.project import Project
    from dockgate.release.pipeline.journal import Outputs
    from dockgate.release.protocols import Store, Work
    from dockgate.release.settings import ReleaseSettings
    from dockgate.system.git import Git


class ReleaseContext(Struct, frozen=True):
    """`base` is the commit that the release began on, `started` when (ISO 8601), `registry` where it goes, if any.

    `notes` are for the person who releases; they block nothing.
    """

    project: Project
    settings: ReleaseSettings
    git: Git
    work: Work
    store: Store
    version: Version
    base: str
    started: str
    registry: str = ""
    notes: tuple[str, ...] = ()

    @property
    def day(self) -> datetime:
        """Return when the release began: the date of all that it writes."""
        return datetime.fromisoformat(self.started)

    @property
    def folder(self) -> Path:
        """Return the folder of the release in the project."""
        return manifest.folder(self.project.root, str(self.version))

    @property
    def layout(self) -> Path:
        """Return the release's OCI layout, which git ignores."""
        return self.folder / "oci"

    @property
    def scratch(self) -> Path:
        """Return where unfinished files are kept between steps."""
        return self.project.state / "release" / str(self.version)

    def signed(self) -> dict[str, bytes]:
        """Return the manifest and its signatures by file name, as they were signed."""
        files = [self.scratch / name for name in (manifest.NAME, manifest.SIGNATURE)]
        return {file.name: regular_file.read(file) for file in files if file.is_file()}


def journal_path(project: Project) -> Path:
    """Return the journal: one release at a time."""
    return project.state / "release" / "journal.json"


def built(outputs: Outputs) -> tuple[Built, ...]:
    """Return the images that the build step gave."""
    return tuple(_built(entry) for entry in outputs["build"]["images"])


def _built(entry: Mapping[str, Any]) -> Built:
    earlier = entry["built_in"]
    return Built(**{**entry, "built_in": BuiltIn(**earlier) if earlier else None})


def released(outputs: Outputs) -> tuple[ReleasedImage, ...]:
    """Return the images as the manifest names them."""
    documents: Mapping[str, Mapping[str, str]] = outputs["sbom"]["documents"]
    return tuple(
        ReleasedImage(
            name=each.name,
            variable=each.variable,
            reference=each.pinned,
            digest=each.digest,
            platform_digest=each.platform_digest,
            bytes=each.bytes,
            compressed=each.compressed,
            attestations=documents[each.name],
            built_in=each.built_in,
        )
        for each in built(outputs)
    )


def plain(value: Any) -> dict[str, Any]:
    """Return a value as JSON would carry it, so that a resumed release sees what an uninterrupted one sees."""
    return dict(json.loads(json.dumps(to_builtins(value))))
