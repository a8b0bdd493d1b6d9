"""What stands in a release's folder and its manifest does not name: nothing of it may be loaded.

entries(layout, release) -> {digest: entry}    what the layout's index has to say, made from the manifest alone
problems(folder, release)                      every file, entry and blob beside that
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockgate.release.artifact import layout, manifest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from dockgate.release.artifact.manifest import Manifest

# The last is what cosign made of the manifest, in releases before OpenSSH was its one signature.
OWN = frozenset({manifest.NAME, manifest.SIGNATURE, "manifest.json.sigstore.json"})
LAYOUT = "oci"
PARTS = frozenset({"index.json", "oci-layout"})


def names(release: Manifest) -> dict[str, str]:
    """Return the full name of each signed image by its digest, as an engine knows it."""
    return {image.digest: layout.qualified(image.tag) for image in release.images}


def entries(place: Path, release: Manifest) -> dict[str, Mapping[str, Any]]:
    """Return the entries of a layout's index that the manifest stands for: its images, and what is attached to them."""
    found: dict[str, Mapping[str, Any]] = {}
    for image in release.images:
        about = layout.description(place, image.digest)
        found[image.digest] = layout.named(about, layout.qualified(image.tag))
        for kind, document in image.attestations.items():
            _, entry = layout.attachment(about, kind, layout.document(place, document, kind))
            found[entry["digest"]] = entry
    return found


def problems(folder: Path, release: Manifest) -> Iterator[str]:
    """Return what a release's folder holds beside its manifest, and where the two differ."""
    for path in sorted(folder.iterdir()):
        if path.name not in OWN and path.name != LAYOUT:
            yield f"{path.name} is not part of the release"
    place = folder / LAYOUT
    if place.is_symlink() or place.is_file():
        yield f"{LAYOUT} is not a folder"
    elif place.exists():  # a release in a registry has none
        yield from _of_layout(place, release)


def _of_layout(place: Path, release: Manifest) -> Iterator[str]:
    expected = entries(place, release)
    if not _is_file(place / "index.json"):
        yield f"{LAYOUT}/index.json is missing, or not a file"
    for entry in layout.read_index(place) if _is_file(place / "index.json") else ():
        digest = str(entry.get("digest", "an entry without a digest"))
        if entry != expected.get(digest):
            name = (entry.get("annotations") or {}).get(layout.NAME, "an unnamed entry")
            yield f"the index has {digest} as {name}, which the manifest does not name"
    signed = {digest.replace(":", "/") for digest, _ in layout.blobs(place, [*expected, *_digests(release)])}
    for path in sorted(place.rglob("*")):
        shown = path.relative_to(place).as_posix()
        known = shown in PARTS or shown.removeprefix("blobs/") in signed
        if not (_is_file(path) if known else path.is_dir() and not path.is_symlink()):
            yield f"{LAYOUT}/{shown} is not part of the release"


def _is_file(path: Path) -> bool:
    """Return whether this is a file itself: what a link leads to can be another one a moment later."""
    return path.is_file() and not path.is_symlink()


def _digests(release: Manifest) -> Iterator[str]:
    for image in release.images:
        yield from image.attestations.values()
