"""Images that an earlier release built already: they keep its digest, so that nothing that runs on them is recreated.

taken(project, images, version, place, store) -> {name: Built}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from dockgate.core.errors import DockgateError
from dockgate.release.artifact import layout, load, manifest, verify
from dockgate.release.protocols import BuiltIn
from dockgate.release.signing import trust
from dockgate.system import scratch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from dockgate.core.project import Project
    from dockgate.release.artifact.manifest import Manifest, ReleasedImage
    from dockgate.release.protocols import Built, Store


def taken(project: Project, images: Sequence[Built], version: str, place: Path, store: Store) -> Mapping[str, Built]:
    """Return those of the images that another release than `version` built, as it built them, by name.

    Each is then on the engine, and whole in the layout `place`: the index that was signed, its provenance, every layer.
    """
    found = {}
    for image in images:
        for release, same in _candidates(project, image, version):
            if _signed(project, release, same) and _brought(project, same, place, store):
                built_in = BuiltIn(release.version, release.commit)
                found[image.name] = replace(image, reference=same.tag, digest=same.digest, built_in=built_in)
                break
    return found


def _candidates(project: Project, image: Built, version: str) -> Iterator[tuple[Manifest, ReleasedImage]]:
    """Yield the releases that built these bytes themselves, newest first: an image's tag names who built it."""
    for number in reversed(manifest.listed(project.root)):
        if number == version:
            continue
        release, _, _ = manifest.load(project.root, number)
        for each in release.images:
            own = each.tag == f"{project.name}/{image.name}:{number}"
            if own and each.platform_digest == image.platform_digest:
                yield release, each


def _signed(project: Project, release: Manifest, image: ReleasedImage) -> bool:
    """Return whether the release verifies; one that another key signed is none, and the image is built anew."""
    try:
        return image in verify.signed(project, release.version, trust.key(project)).images
    except DockgateError:
        return False


def _brought(project: Project, image: ReleasedImage, place: Path, store: Store) -> bool:
    """Put an image into the layout and onto the engine, or report that no source has it complete."""
    source = next((each for each in _layouts(project) if not any(layout.problems(each, [image.digest]))), None)
    if source:
        layout.copy(source, place, image.digest, layout.qualified(image.tag))
    elif not _saved(project, image, place, store):
        return False
    if store.digests([image.tag])[image.tag] != image.digest:
        load.put(project, place, {image.digest: layout.qualified(image.tag)}, store)
    return True


def _layouts(project: Project) -> Iterator[Path]:
    """Yield the layouts of all releases: one that took an image over has it as well."""
    for number in reversed(manifest.listed(project.root)):
        yield manifest.folder(project.root, number) / "oci"


def _saved(project: Project, image: ReleasedImage, place: Path, store: Store) -> bool:
    """Put the engine's copy into the layout if that is whole: one that pulled an image lacks its attestations."""
    if store.digests([image.tag])[image.tag] != image.digest:
        return False
    with scratch.folder(project) as work:
        store.save([image.tag], work / "image.tar")
        layout.unpack(work / "image.tar", work / "oci", {image.digest: layout.qualified(image.tag)})
        whole = not any(layout.problems(work / "oci", [image.digest]))
        if whole:
            layout.copy(work / "oci", place, image.digest, layout.qualified(image.tag))
    return whole
