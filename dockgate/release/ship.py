"""Brings a release to engines that no registry serves: of each image only the layers that an engine does not have.

ship(project, release, engines) -> lines of what was sent
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core.counted import counted
from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.engine import containers
from dockgate.engine.api import RefusedError
from dockgate.release.artifact import layout, manifest, unsigned
from dockgate.release.engine_store import EngineStore
from dockgate.system import audit, scratch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from dockgate.core.endpoint import Endpoint
    from dockgate.core.project import Project
    from dockgate.release.artifact.manifest import Manifest, ReleasedImage

WORKERS = 8  # nodes at a time; chosen: the line out is the limit
# The first version of the API that says whether all of an image's content is there.
LISTED = "/v1.47/images/json"
MEGABYTE = 1e6  # SI


class Node(Struct, frozen=True):
    """An engine by the name of its node, and the store that it is."""

    name: str
    store: EngineStore


class Sent(Struct, frozen=True):
    """What a node got: images, and bytes over the line."""

    node: str
    images: int
    bytes: int

    def __str__(self) -> str:
        """Return the line that is printed."""
        if not self.images:
            return f"{self.node}: has all images"
        return f"{self.node}: sent {counted(self.images, 'image')}, {self.bytes / MEGABYTE:.1f} MB"


def ship(project: Project, release: Manifest, engines: Sequence[tuple[str, Endpoint]]) -> tuple[Sent, ...]:
    """Send what is missing to every engine at once; images that are there already are not sent again.

    So a shipment that was interrupted goes on where it stopped. ToolFailedError where an engine then has not what was
    signed.
    """
    folder = manifest.folder(project.root, release.version) / "oci"
    if not (folder / "index.json").is_file():
        raise ConfigError(
            f"the images of {release.version} are not under releases/{release.version}/oci",
            fix="copy that folder from where the release was made: git does not carry it",
        )
    nodes = [Node(name, EngineStore(project, endpoint)) for name, endpoint in engines]
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        done = tuple(pool.map(partial(_node, project, release, folder), nodes))
    for each in done:
        facts: dict[str, str | float] = {"node": each.node, "images": each.images, "bytes": each.bytes}
        audit.record(project, "ship", "done", version=release.version, **facts)
    return done


def missing(release: Manifest, there: Mapping[str, str], whole: frozenset[str]) -> tuple[ReleasedImage, ...]:
    """Return the images that an engine lacks: by their tags' digests, and the platforms whose content is all there."""
    return tuple(
        each
        for each in release.images
        if there.get(each.tag) != each.digest or (whole and each.platform_digest not in whole)
    )


def available(documents: Sequence[Mapping[str, object]]) -> frozenset[str]:
    """Return the digests of the platforms whose content an engine has, from its list of images with manifests."""
    every = [each for document in documents for each in _manifests(document)]
    return frozenset(str(each["ID"]) for each in every if each.get("Available"))


def _manifests(document: Mapping[str, object]) -> list[Mapping[str, object]]:
    found = document.get("Manifests")
    return found if isinstance(found, list) else []


def _node(project: Project, release: Manifest, folder: Path, node: Node) -> Sent:
    whole = _whole(node.store)
    wanted = missing(release, node.store.digests([each.tag for each in release.images]), whole)
    known = _known(project, whole)
    names = unsigned.names(release)
    total = 0
    for image in wanted:
        one = {digest: name for digest, name in names.items() if digest == image.digest}
        total += _send(project, folder, node, one, known)
        if whole and image.platform_digest not in _whole(node.store):
            # Layers that another image should have had are gone after all.
            total += _send(project, folder, node, one, frozenset())
        known |= layout.reached(folder, [image.digest])
    _check(release, node)
    return Sent(node.name, len(wanted), total)


def _send(project: Project, folder: Path, node: Node, images: Mapping[str, str], known: frozenset[str]) -> int:
    with scratch.folder(project) as place:
        file = place / "layout.tar"
        layout.archive(folder, file, images, known)
        size = file.stat().st_size
        node.store.load(file)
    return size


def _check(release: Manifest, node: Node) -> None:
    left = missing(release, node.store.digests([each.tag for each in release.images]), _whole(node.store))
    if left:
        names = ", ".join(each.tag for each in left)
        raise ToolFailedError(f"{node.name} has not what was signed of {names}", fix="inv deploy --ship sends it again")


def _known(project: Project, whole: frozenset[str]) -> frozenset[str]:
    """Return the blobs that an engine has because it has images of releases that are here too."""
    found: set[str] = set()
    for number in manifest.listed(project.root):
        document, _, _ = manifest.load(project.root, number)
        place = manifest.folder(project.root, number) / "oci"
        found |= layout.reached(
            place, [each.platform_digest for each in document.images if each.platform_digest in whole]
        )
    return frozenset(found)


def _whole(store: EngineStore) -> frozenset[str]:
    """Return the platforms that an engine has whole; none where it is too old to say so, so that it gets everything."""
    try:
        answer = containers.connect(store.endpoint).request("GET", LISTED, {"manifests": "true"})
    except RefusedError:
        return frozenset()
    return available(json.loads(answer))
