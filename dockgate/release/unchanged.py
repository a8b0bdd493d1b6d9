"""Images that an earlier release built already: they keep its digest, so that nothing that runs on them is recreated.

taken(project, images, version, store) -> {name: Built}
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dockgate import scratch
from dockgate.errors import DockgateError
from dockgate.release import check, layout, manifest
from dockgate.release.manifest import BuiltIn
from dockgate.signing import keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from dockgate.project import Project
    from dockgate.release.manifest import Image, Manifest
    from dockgate.release.work import Built, Store


def taken(project: Project, images: Sequence[Built], version: str, store: Store) -> Mapping[str, Built]:
    """Return those of the images that another release than `version` built, as it built them, by name.

    Each is then on the engine whole: the index that was signed, its provenance, the very platform manifest.
    """
    found = {}
    for image in images:
        for release, same in _candidates(project, image, version):
            if _signed(project, release, same) and _at_hand(project, same, store):
                built_in = BuiltIn(release.version, release.commit)
                found[image.name] = replace(image, reference=same.tag, digest=same.digest, built_in=built_in)
                break
    return found


def _candidates(project: Project, image: Built, version: str) -> Iterator[tuple[Manifest, Image]]:
    """Go through the releases that built these bytes themselves, newest first: an image's tag names who built it."""
    for number in reversed(manifest.listed(project.root)):
        if number == version:
            continue
        release, _, _ = manifest.load(project.root, number)
        for each in release.images:
            own = each.tag == f"{project.name}/{image.name}:{number}"
            if own and each.platform_digest == image.platform_digest:
                yield release, each


def _signed(project: Project, release: Manifest, image: Image) -> bool:
    """Tell whether the release verifies; one that another key signed is none, and the image is built anew."""
    try:
        return image in check.signed(project, release.version, keys.public(project)).images
    except DockgateError:
        return False


def _at_hand(project: Project, image: Image, store: Store) -> bool:
    """Tell whether the engine has the image whole; it gets it from a layout that has."""
    if _whole_on_engine(project, image, store):
        return True
    for place in _layouts(project):
        if not any(layout.problems(place, [image.digest])):
            with scratch.folder(project) as work:
                layout.archive(place, work / "layout.tar", {image.digest})
                store.load(work / "layout.tar")
            return _whole_on_engine(project, image, store)
    return False


def _layouts(project: Project) -> Iterator[Path]:
    """Go through the layouts of all releases: one that took an image over has it as well."""
    for number in reversed(manifest.listed(project.root)):
        yield manifest.folder(project.root, number) / "oci"


def _whole_on_engine(project: Project, image: Image, store: Store) -> bool:
    """Tell whether the engine can give back every blob: one that pulled an image may lack its attestations."""
    if store.digests([image.tag])[image.tag] != image.digest:
        return False
    with scratch.folder(project) as place:
        store.save([image.tag], place / "image.tar")
        layout.unpack(place / "image.tar", place / "oci", {})
        return not any(layout.problems(place / "oci", [image.digest]))
