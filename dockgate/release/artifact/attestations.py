"""What the provenance of an image in a layout says: our statement about the index, BuildKit's about what is in it.

problems(layout, image, commit) -> what does not fit
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dockgate.release.artifact import slsa
from dockgate.system import regular_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from dockgate.release.artifact.manifest import ReleasedImage

# BuildKit counts files that git ignores, or a pointer that waits for its commit; the release refused everything else.
DIRTY = "-dirty"


def problems(layout: Path, image: ReleasedImage, commit: str) -> Iterator[str]:
    """Say where an image's provenance is about something else than this image, built from this commit."""
    if slsa.MEDIA_TYPE not in image.attestations:
        yield f"{image.name} has no provenance"
        return
    ours = _document(layout, image.attestations[slsa.MEDIA_TYPE])
    yield from _differences(image.name, ours, image.digest, commit)
    for theirs in _buildkit(layout, image.digest):
        yield from _differences(image.name, theirs, image.platform_digest, commit)


def _differences(name: str, document: Mapping[str, Any], digest: str, commit: str) -> Iterator[str]:
    about = [f"sha256:{subject['digest'].get('sha256', '')}" for subject in document["subject"]]
    if about != [digest]:
        yield f"{name} is {digest}, and its provenance is about {', '.join(about)}"
    named = _commit(document["predicate"])
    if named and named != commit:
        yield f"{name} was built from {commit[:12]}, says the manifest, and its provenance says {named[:12]}"


def _commit(predicate: Mapping[str, Any]) -> str:
    """Return the commit that a SLSA provenance names, empty where it names none: BuildKit without git does not."""
    for each in predicate["buildDefinition"].get("resolvedDependencies", ()):
        if "gitCommit" in each.get("digest", {}):
            return str(each["digest"]["gitCommit"])
    revision = predicate["runDetails"]["metadata"].get("buildkit_metadata", {}).get("vcs", {}).get("revision", "")
    return str(revision).removesuffix(DIRTY)


def _buildkit(layout: Path, digest: str) -> Iterator[Mapping[str, Any]]:
    """Yield the provenance that is in an image's index."""
    for entry in _document(layout, digest).get("manifests", ()):
        if entry.get("annotations", {}).get("vnd.docker.reference.type") != "attestation-manifest":
            continue
        for layer in _document(layout, entry["digest"])["layers"]:
            if layer.get("annotations", {}).get("in-toto.io/predicate-type") == slsa.PREDICATE:
                yield _document(layout, layer["digest"])


def _document(layout: Path, digest: str) -> Mapping[str, Any]:
    return dict(json.loads(regular_file.read(layout / "blobs" / digest.replace(":", "/"))))
