"""Puts the images of a release into an engine: from its OCI layout, else from the registry that it was pushed to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError, FindingsError, ToolFailedError
from dockgate.release.artifact import layout, manifest, unsigned, verify
from dockgate.release.signing import trust
from dockgate.system import audit, scratch

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dockgate.core.project import Project
    from dockgate.release.artifact.manifest import Manifest
    from dockgate.release.protocols import Store


def load(project: Project, wanted: str, store: Store) -> tuple[str, ...]:
    """Verify a release and what is here of it, load it, and check that the engine then has the signed digests."""
    number = verify.find(project, wanted)
    report = verify.verify(project, number, trust.key(project), None)
    if not report.good:
        raise verify.refused(number, report.first_problem)
    folder = manifest.folder(project.root, number) / "oci"
    if (folder / "index.json").is_file():
        put(project, folder, unsigned.names(report.manifest), store)
    else:
        _pull(report.manifest, store)
    present(report.manifest, store)
    audit.record(project, "load", "done", version=number)
    return tuple(image.reference for image in report.manifest.images)


def put(project: Project, folder: Path, images: Mapping[str, str], store: Store) -> None:
    """Load images of a layout: these digests, under these names, and nothing else that is in it."""
    with scratch.folder(project) as place:
        layout.archive(folder, place / "layout.tar", images)
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
        store.pull(f"{registry}/{image.pushed}@{image.digest}", image.tag)


def present(found: Manifest, store: Store) -> None:
    """Raise unless the engine has every image of a release with the very digest that was signed."""
    complete(found, store.digests([image.tag for image in found.images]))


def complete(found: Manifest, engine: Mapping[str, str]) -> None:
    """Raise unless these digests, by tag, are those of the release."""
    missing = []
    for image in found.images:
        there = engine[image.tag]
        if there and there != image.digest:
            fix = f"the tag was moved: inv releases.load {found.version} puts the release's image back"
            raise FindingsError(f"{image.tag} is {there} here, the release has {image.digest}", fix=fix)
        if not there:
            missing.append(image.tag)
    if missing:
        raise ToolFailedError(
            f"the images of {found.version} are not on this engine: {', '.join(missing)}",
            fix=f"inv releases.load {found.version}",
        )
