"""What is known about an image, on its way to a registry: OCI referrers, also where a registry has no API for them.

read(layout, digest) -> Referrers                what a layout has about one of its images
publish(made, repository, store, place) -> None  push it, beside what others attached to the image
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from dockgate.core.errors import FindingsError, ToolFailedError
from dockgate.release.artifact import layout, manifest
from dockgate.system import regular_file

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from dockgate.release.protocols import Store

TITLE = "org.opencontainers.image.title"


class Referrers(Struct, frozen=True):
    """Manifests about one image (`subject` describes it), by digest, and the blobs that they are made of."""

    subject: Mapping[str, Any]
    entries: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)

    @property
    def tag(self) -> str:
        """Return the tag where clients look that find no referrers API (OCI distribution 1.1, "fallback")."""
        return str(self.subject["digest"]).replace(":", "-")

    def attach(self, kind: str, files: Mapping[str, tuple[str, bytes]]) -> None:
        """Add one referrer of a kind, with files by name: media type and content."""
        layers = [{**self._blob(data, media), "annotations": {TITLE: name}} for name, (media, data) in files.items()]
        document = layout.referrer(self.subject, kind, self._blob(layout.EMPTY, layout.EMPTY_TYPE), layers)
        made = self._blob(json.dumps(document, sort_keys=True).encode(), layout.MANIFEST)
        self.entries[made["digest"]] = {**made, "artifactType": kind}

    def index(self) -> bytes:
        """Return the index of all of them."""
        return _index([self.entries[digest] for digest in sorted(self.entries)])

    def _blob(self, data: bytes, media_type: str) -> dict[str, Any]:
        digest = manifest.digest(data)
        self.blobs[digest] = data
        return {"mediaType": media_type, "digest": digest, "size": len(data)}


def read(place: Path, digest: str, documents: Collection[str]) -> Referrers:
    """Return what a layout has about one of its images: the referrers that consist of these documents alone."""
    entries = layout.read_index(place)
    subject = next(each for each in entries if each["digest"] == digest)
    made = Referrers({key: subject[key] for key in ("mediaType", "digest", "size")})
    for entry in entries:
        data = _content(place, entry["digest"])
        document = json.loads(data)
        about = document.get("subject", {}).get("digest") == digest
        if about and {part["digest"] for part in document["layers"]} <= {*documents}:
            made.entries[entry["digest"]] = entry
            made.blobs[entry["digest"]] = data
            parts = (document["config"], *document["layers"])
            made.blobs.update({part["digest"]: _content(place, part["digest"]) for part in parts})
    return made


def _content(place: Path, digest: str) -> bytes:
    return regular_file.read(place / "blobs" / digest.replace(":", "/"))


def publish(made: Referrers, repository: str, store: Store, place: Path) -> None:
    """Push the referrers of an image that `repository` has; `place` is an empty folder.

    The engine pushes them, as it pushed the image: with its login, its proxy and its certificates. Where the registry
    knows `subject`, it lists them; the tag is for those that do not. What others attached stays in it.
    """
    name = f"{repository}:{made.tag}"
    there = store.remote(name, f"{repository}@{made.subject['digest']}")
    if there is not None:
        _join(made, json.loads(there)["manifests"], repository, store)
    data = made.index()
    if there is not None and manifest.digest(there) == manifest.digest(data):
        return
    layout.write_tar(place / "referrers.tar", {**made.blobs, manifest.digest(data): data}, _named(data, name))
    store.load(place / "referrers.tar")
    if (pushed := store.push(name, name)) != manifest.digest(data):
        raise ToolFailedError(f"{name} is {pushed} in the registry, not {manifest.digest(data)}")


def _join(made: Referrers, others: list[dict[str, Any]], repository: str, store: Store) -> None:
    """Keep what is there: the engine needs the others' manifests to push the index, the registry has what they name."""
    for entry in others:
        digest = str(entry["digest"])
        if digest in made.entries:
            continue
        data = store.remote(f"{repository}@{digest}", f"{repository}@{made.subject['digest']}")
        if data is None or manifest.digest(data) != digest:
            raise FindingsError(
                f"{repository}:{made.tag} lists {digest}, which the registry does not have",
                fix=f"remove the tag {made.tag} there: what it lists about the image is not whole",
            )
        made.entries[digest] = entry
        made.blobs[digest] = data


def _named(index: bytes, name: str) -> bytes:
    about = {"mediaType": layout.INDEX, "digest": manifest.digest(index), "size": len(index)}
    return _index([{**about, "annotations": {"io.containerd.image.name": layout.qualified(name)}}])


def _index(entries: list[Mapping[str, Any]]) -> bytes:
    return json.dumps({"schemaVersion": 2, "mediaType": layout.INDEX, "manifests": entries}, sort_keys=True).encode()
