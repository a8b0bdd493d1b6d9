"""Puts the images of a release's OCI layout into an engine that has no registry to pull from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate import audit, scratch
from dockgate.errors import ConfigError, FindingsError
from dockgate.release import check, layout, manifest, promoted
from dockgate.signing import keys

if TYPE_CHECKING:
    from dockgate.project import Project
    from dockgate.release.work import Store


def load(project: Project, wanted: str, store: Store) -> tuple[str, ...]:
    """Verify a release and its layout, load it, and hold that the engine then has the digests that were signed."""
    number = check.find(project, wanted)
    report = check.verify(project, number, keys.public(project), None)
    if not report.good:
        raise FindingsError(f"release {number} does not verify: {report.first_problem}", fix="do not load it")
    folder = manifest.folder(project.root, number) / "oci"
    if not (folder / "index.json").is_file():
        raise ConfigError(
            f"the images of {number} are not under releases/{number}/oci",
            fix="copy that folder from where the release was made: git does not carry it",
        )
    with scratch.folder(project) as place:
        file = place / "layout.tar"
        layout.archive(folder, file)
        store.load(file)
    promoted.present(report.manifest, store)
    audit.record(project, "load", "done", version=number)
    return tuple(image.reference for image in report.manifest.images)
