"""Shipping a release to engines: only what each lacks, verified, and on from where it stopped."""

from __future__ import annotations

import json
import tarfile
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.endpoint import Endpoint
from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.engine import containers
from dockgate.engine.api import RefusedError
from dockgate.release import ship
from dockgate.release.artifact import layout, manifest
from dockgate.release.artifact.manifest import Manifest, ReleasedImage
from dockgate.release.engine_store import EngineStore
from dockgate.system import audit
from tests.unit import projects
from tests.unit.ocilayout import Layout, layer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from dockgate.core.project import Project

BASE, FIRST, SECOND = (layer({"f": content * 1000}) for content in (b"base", b"first", b"second"))


class Node:
    """An engine with a store of blobs and images; what it is loaded with lands there."""

    def __init__(self, *, old: bool = False) -> None:
        self.blobs: set[str] = set()
        self.images: dict[str, str] = {}
        self.layers: dict[str, list[str]] = {}
        self.loads: list[list[str]] = []
        self.old = old
        self.deaf = False

    def request(self, *asked: object) -> bytes:
        assert asked == ("GET", "/v1.47/images/json", {"manifests": "true"})
        if self.old:
            raise RefusedError("client version 1.47 is too new", 400)
        found = [{"ID": each, "Available": set(self.layers[each]) <= self.blobs} for each in self.images.values()]
        return json.dumps([{"Manifests": found}]).encode()

    def load(self, file: Path) -> None:
        if self.deaf:
            return
        with tarfile.open(file) as tar:
            names = [name for name in tar.getnames() if name.startswith("blobs/")]
            index = _read(tar, "index.json")
            self.blobs |= {name.removeprefix("blobs/").replace("/", ":") for name in names}
            self.loads.append(names)
            for entry in index["manifests"]:
                document = _read(tar, f"blobs/{entry['digest'].replace(':', '/')}")
                self.layers[entry["digest"]] = [each["digest"] for each in document["layers"]]
                self.images[entry["annotations"][layout.NAME].removeprefix("docker.io/")] = entry["digest"]


def _read(tar: tarfile.TarFile, name: str) -> Any:
    file = tar.extractfile(name)
    assert file
    return json.load(file)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return projects.make(tmp_path)


@pytest.fixture
def nodes(monkeypatch: pytest.MonkeyPatch) -> dict[str, Node]:
    """Return engines by address, made when they are asked for the first time."""
    found: dict[str, Node] = {}

    def of(endpoint: Endpoint) -> Node:
        return found.setdefault(endpoint.host, Node())

    def digests(self: EngineStore, references: Sequence[str]) -> Mapping[str, str]:
        return {each: of(self.endpoint).images.get(each, "") for each in references}

    monkeypatch.setattr(containers, "connect", of)
    monkeypatch.setattr(EngineStore, "digests", digests)
    monkeypatch.setattr(EngineStore, "load", lambda self, file: of(self.endpoint).load(file))
    return found


def release(project: Project, version: str, *top: bytes) -> Manifest:
    """Write a release whose only image has these layers."""
    made = Layout()
    digest = made.image([*top])
    folder = manifest.folder(project.root, version)
    folder.mkdir(parents=True)
    tag = f"shop/api:{version}"
    layout.unpack(made.save(folder / "saved.tar", digest), folder / "oci", {digest: layout.qualified(tag)})
    (folder / "saved.tar").unlink()
    image = ReleasedImage("api", "API_IMAGE", f"{tag}@{digest}", digest, digest, 1, 1, {})
    found = signed(version, (image,))
    (folder / manifest.NAME).write_bytes(found.data())
    (folder / manifest.SIGNATURE).write_text("signed")
    return found


def signed(version: str, images: tuple[ReleasedImage, ...]) -> Manifest:
    """Return a manifest that says nothing but its images."""
    nothing: dict[str, Any] = {key: {} for key in "base locks tools budgets scan rehearsal published".split()}
    made = {"commit": "0" * 40, "created": "2026-11-28T12:00:00Z", "migrations": (), "key": "key"}
    return Manifest(project="shop", version=version, images=images, **nothing, **made)  # type: ignore[arg-type]


def engines(*names: str) -> list[tuple[str, Endpoint]]:
    return [(name, Endpoint(f"unix:///{name}", "nodes")) for name in names]


def test_every_node_gets_what_it_lacks_and_is_told(project: Project, nodes: dict[str, Node]) -> None:
    made = release(project, "1.0.0", BASE, FIRST)
    sent = ship.ship(project, made, engines("a", "b"))
    assert [(each.node, each.images) for each in sent] == [("a", 1), ("b", 1)]
    assert all(len(FIRST) < each.bytes < len(FIRST) + 40_000 for each in sent)
    assert nodes["unix:///a"].images == nodes["unix:///b"].images == {"shop/api:1.0.0": made.images[0].digest}
    facts = ("action", "result", "version", "node", "images", "bytes")
    assert [tuple(line[fact] for fact in facts) for line in audit.lines(project)] == [
        ("ship", "done", "1.0.0", each.node, 1, each.bytes) for each in sent
    ]


def test_what_was_sent_is_a_line_for_each_node() -> None:
    """In megabytes as the SI has them."""
    assert str(ship.Sent("a", 0, 0)) == "a: has all images"
    assert str(ship.Sent("a", 1, 1_500_000)) == "a: sent 1 image, 1.5 MB"
    assert str(ship.Sent("b", 2, 20_000_000)) == "b: sent 2 images, 20.0 MB"


def test_an_engine_has_what_its_list_says_is_available() -> None:
    """Images without manifests, as an older store lists them, have none to say."""
    listed: list[dict[str, object]] = [
        {"Manifests": [{"ID": "sha256:1", "Available": True}, {"ID": "sha256:2", "Available": False}, {"ID": "3"}]},
        {"Manifests": None},
        {},
        {"Manifests": [{"ID": "sha256:4", "Available": True}]},
    ]
    assert ship.available(listed) == {"sha256:1", "sha256:4"}


def test_an_image_is_missing_by_its_tag_or_by_its_content() -> None:
    """Where an engine says nothing of content, the tags alone count."""
    there = {f"shop/{name}:1": f"sha256:{name}" for name in "abc"}
    images = tuple(
        ReleasedImage(name, "X", f"shop/{name}:1@sha256:{name}", f"sha256:{name}", f"of {name}", 1, 1, {})
        for name in "abcd"
    )
    made, moved = signed("1.0.0", images), there | {"shop/b:1": "sha256:other"}
    assert [each.name for each in ship.missing(made, moved, frozenset())] == ["b", "d"]
    assert [each.name for each in ship.missing(made, moved, frozenset({"of b", "of c", "of d"}))] == ["a", "b", "d"]


def test_what_is_there_is_not_sent_again(project: Project, nodes: dict[str, Node]) -> None:
    """So an interrupted shipment goes on where it stopped."""
    made = release(project, "1.0.0", BASE, FIRST)
    ship.ship(project, made, engines("a"))
    [again] = ship.ship(project, made, engines("a"))
    assert again == ship.Sent("a", 0, 0)
    assert len(nodes["unix:///a"].loads) == 1


def test_a_new_release_sends_only_the_layers_that_changed(project: Project, nodes: dict[str, Node]) -> None:
    ship.ship(project, release(project, "1.0.0", BASE, FIRST), engines("a"))
    made = release(project, "1.1.0", BASE, SECOND)
    [sent] = ship.ship(project, made, engines("a"))
    node = nodes["unix:///a"]
    base = node.layers[made.images[0].digest][0]
    assert f"blobs/{base.replace(':', '/')}" not in node.loads[1]
    assert node.layers[made.images[0].digest][1] in node.blobs
    assert sent.bytes < len(SECOND) * 1.1 + 20_000


def test_a_layer_that_is_gone_after_all_is_sent(
    project: Project, nodes: dict[str, Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine takes an image without it, and says nothing."""
    first = release(project, "1.0.0", BASE, FIRST)
    ship.ship(project, first, engines("a"))
    node = nodes["unix:///a"]
    made = release(project, "1.1.0", BASE, SECOND)
    real, base = node.load, node.layers[first.images[0].digest][0]

    def load(file: Path) -> None:
        node.blobs.discard(base)
        real(file)

    monkeypatch.setattr(node, "load", load)  # its garbage collection was faster
    [sent] = ship.ship(project, made, engines("a"))
    assert base in node.blobs
    assert sent.bytes > 2 * len(SECOND)
    assert len(node.loads) == 3


def test_an_engine_that_cannot_say_what_it_has_gets_everything(project: Project, nodes: dict[str, Node]) -> None:
    nodes["unix:///a"] = Node(old=True)
    ship.ship(project, release(project, "1.0.0", BASE, FIRST), engines("a"))
    ship.ship(project, release(project, "1.1.0", BASE, SECOND), engines("a"))
    assert [len(load) for load in nodes["unix:///a"].loads] == [4, 4]


def two(project: Project) -> tuple[Manifest, dict[str, str]]:
    made, folder = Layout(), manifest.folder(project.root, "1.0.0")
    digests = {name: made.image([BASE, content]) for name, content in (("api", FIRST), ("web", SECOND))}
    folder.mkdir(parents=True)
    names = {digest: layout.qualified(f"shop/{name}:1.0.0") for name, digest in digests.items()}
    layout.unpack(made.save(folder / "saved.tar", *digests.values()), folder / "oci", names)
    images = tuple(
        ReleasedImage(name, "X", f"shop/{name}:1.0.0@{digest}", digest, digest, 1, 1, {})
        for name, digest in digests.items()
    )
    return signed("1.0.0", images), digests


def test_two_images_with_a_layer_in_common_send_it_once(project: Project, nodes: dict[str, Node]) -> None:
    """With the first image a node has the layer that the second one needs."""
    made, digests = two(project)
    [sent] = ship.ship(project, made, engines("a"))
    node = nodes["unix:///a"]
    [base] = set(node.layers[digests["api"]]) & set(node.layers[digests["web"]])
    assert [f"blobs/{base.replace(':', '/')}" in load for load in node.loads] == [True, False]
    assert (sent.images, node.images) == (2, {f"shop/{name}:1.0.0": digest for name, digest in digests.items()})


def test_an_engine_without_what_was_signed_is_an_error(project: Project, nodes: dict[str, Node]) -> None:
    nodes["unix:///a"] = node = Node()
    node.deaf = True
    with pytest.raises(ToolFailedError) as caught:
        ship.ship(project, two(project)[0], engines("a"))
    lacking = "shop/api:1.0.0, shop/web:1.0.0"
    assert str(caught.value) == f"a has not what was signed of {lacking}\n  → inv deploy --ship sends it again"


def test_without_the_layout_nothing_can_be_sent(project: Project, nodes: dict[str, Node]) -> None:
    made = release(project, "1.0.0", BASE)
    (manifest.folder(project.root, "1.0.0") / "oci/index.json").unlink()
    with pytest.raises(ConfigError) as caught:
        ship.ship(project, made, engines("a"))
    assert str(caught.value) == (
        "the images of 1.0.0 are not under releases/1.0.0/oci\n"
        "  → copy that folder from where the release was made: git does not carry it"
    )
    assert nodes == {}
