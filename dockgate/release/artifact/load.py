"""Puts the images of a release into an engine: from its OCI layout, else from the registry that it was pushed to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError
from dockgate.release.artifact import layout, manifest, verify
from dockgate.release.promotion import promoted
from dockgate.release.signing import keys
from dockgate.system import audit, scratch

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.project import Project
    from dockgate.release.artifact.manifest import Manifest
    from dockgate.release.protocols import Store


def load(project: Project, wanted: str, store: Store) -> tuple[str, ...]:
    """Verify a release and what is here of it, load it, and hold that the engine then has the signed digests."""
    number = verify.find(project, wanted)
    report = verify.verify(project, number, keys.public(project), None)
    if not report.good:
        raise verify.refused(number, report.first_problem)
    folder = manifest.folder(project.root, number) / "oci"
    if (folder / "index.json").is_file():
        put(project, folder, None, store)
    else:
        _pull(report.manifest, store)
    promoted.present(report.manifest, store)
    audit.record(project, "load", "done", version=number)
    return tuple(image.reference for image in report.manifest.images)


def put(project: Project, folder: Path, digest: str | None, store: Store) -> None:
    """Load an image of a layout by its digest, or all of them."""
    with scratch.folder(project) as place:
        layout.archive(folder, place / "layout.tar", digest and {digest})
        store.load(place / "layout.tar")


def _pull(found: Manifest, store: Store) -> None:
    """Pull a release from the registry that it was pushed to, each image by the digest that was signed."""
    registry = found.published.get("registry")
    if not registry:
        raise ConfigError(
            f"the images of {found.version} are not under releases/{found.version}/oci",
            fix="copy that folder from where the release was made: git does not carry it",
        )
    for image in found.images:
        name = image.tag.rpartition(":")[0]
        store.pull(f"{registry}/{name}@{image.digest}", image.tag)
