"""Publishing a release: the layout is seen to be whole; a registry gets each image with all that is known about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockgate.core.errors import ToolFailedError
from dockgate.release.artifact import layout, load, manifest, referrers
from dockgate.release.pipeline.release_context import built
from dockgate.release.signing import cosign
from dockgate.system import scratch

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from dockgate.release.pipeline.journal import Outputs
    from dockgate.release.pipeline.release_context import ReleaseContext
    from dockgate.release.protocols import Built

RELEASE = "application/vnd.dockgate.release.v1+json"
# Names are the files of a release; with the first two and the public key anyone can verify it without the repository.
FILES = {
    manifest.NAME: RELEASE,
    manifest.SIGNATURE: "application/vnd.dockgate.release.signature.v1",
}


def publish(context: ReleaseContext, outputs: Outputs) -> Mapping[str, Any]:
    """Push by digest, or see that the layout is whole."""
    images = built(outputs)
    digests = [image.digest for image in images]
    digests += [each for documents in outputs["sbom"]["documents"].values() for each in documents.values()]
    if wrong := [*layout.problems(context.layout, digests)]:
        raise ToolFailedError(f"the layout is not whole: {wrong[0]}", fix="is the disk full? inv release goes on")
    if context.registry:
        for image in images:
            _push(context, image)
            _attach(context, image, outputs["sbom"]["documents"][image.name].values())
        if tool := cosign.find(context.project):
            tool.sign_images({f"{context.registry}/{each.pinned}": _bills(context, outputs, each) for each in images})
    return {"images": len(images)}


def _repository(context: ReleaseContext, image: Built) -> str:
    return f"{context.registry}/{image.reference.rpartition(':')[0]}"


def _push(context: ReleaseContext, image: Built) -> None:
    """Push an image with the attestations in its index, under this release's version, whichever built it.

    The engine has an earlier release's image perhaps because it pulled it, and then without what attests it.
    """
    if image.built_in:
        load.put(context.project, context.layout, {image.digest: layout.qualified(image.reference)}, context.store)
    target = f"{_repository(context, image)}:{context.version}"
    if (there := context.store.push(image.pinned, target)) != image.digest:
        raise ToolFailedError(f"{target} is {there} in the registry, not {image.digest}")


def _attach(context: ReleaseContext, image: Built, documents: Collection[str]) -> None:
    """Attach these documents about an image, and the signed manifest that names it and them."""
    made = referrers.read(context.layout, image.digest, documents)
    made.attach(RELEASE, {name: (FILES[name], content) for name, content in context.signed().items()})
    with scratch.folder(context.project) as place:
        referrers.publish(made, _repository(context, image), context.store, place)


def _bills(context: ReleaseContext, outputs: Outputs, image: Built) -> dict[str, Path]:
    """Return the files of an image's bills of materials by the kind that cosign calls them."""
    documents: Mapping[str, str] = outputs["sbom"]["documents"][image.name]
    place = context.layout / "blobs"
    return {
        kind: place / documents[media].replace(":", "/") for media, kind in cosign.KINDS.items() if media in documents
    }
