"""The documents of a layout, whole, as the OCI's image specification 1.1 names their parts."""

from __future__ import annotations

import hashlib
import json
import tarfile
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.release.artifact import layout
from dockgate.release.artifact.referrers import Referrers
from tests.unit.ocilayout import Layout

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MANIFEST, INDEX = "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json"
EMPTY = {
    "mediaType": "application/vnd.oci.empty.v1+json",
    "digest": f"sha256:{hashlib.sha256(b'{}').hexdigest()}",
    "size": 2,
}
JSON = "application/json"


def about(data: bytes, media_type: str) -> dict[str, Any]:
    """Return what describes this content."""
    return {"mediaType": media_type, "digest": f"sha256:{hashlib.sha256(data).hexdigest()}", "size": len(data)}


def put(folder: Path, data: bytes) -> str:
    """Put a blob into a layout; return its digest."""
    digest = about(data, "")["digest"]
    place = folder / "blobs" / digest.replace(":", "/")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)
    return str(digest)


def image(folder: Path, **more: Any) -> str:
    """Put an image into a layout, whose configuration and layer have nothing in them."""
    parts = {"config": about(b"{}", "c"), "layers": [about(b"layer", "l")]}
    put(folder, b"{}")
    put(folder, b"layer")
    return put(folder, json.dumps({**parts, **more}).encode())


@pytest.mark.parametrize(
    ("more", "kind"),
    [({}, MANIFEST), ({"mediaType": "x/y"}, "x/y"), ({"manifests": []}, INDEX)],
)
def test_an_image_is_described_by_what_it_is(tmp_path: Path, more: Mapping[str, Any], kind: str) -> None:
    """By its own word, or by its parts."""
    digest = image(tmp_path, **more)
    size = (tmp_path / "blobs" / digest.replace(":", "/")).stat().st_size
    assert layout.description(tmp_path, digest) == {"mediaType": kind, "digest": digest, "size": size}
    assert layout.document(tmp_path, digest, "a/b") == {"mediaType": "a/b", "digest": digest, "size": size}


def test_a_copied_image_has_one_name_and_what_is_about_it(tmp_path: Path) -> None:
    """The index is in the order of digests; what is attached to an image comes with what it is and how long."""
    source, target = tmp_path / "a", tmp_path / "b"
    digest = image(source)
    layout.copy(source, target, digest, "docker.io/shop/api:1.0.0")
    entry = {
        **layout.description(source, digest),
        "annotations": {
            "io.containerd.image.name": "docker.io/shop/api:1.0.0",
            "org.opencontainers.image.ref.name": "1.0.0",
        },
    }
    assert json.loads((target / "oci-layout").read_text()) == {"imageLayoutVersion": "1.0.0"}
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]}
    assert (target / "index.json").read_text() == json.dumps(index, indent=1)
    assert layout.attach(target, digest, JSON, b"[1]") == about(b"[1]", JSON)["digest"]
    entries = layout.read_index(target)
    [made] = [each for each in entries if each != entry]
    assert [each["digest"] for each in entries] == sorted(each["digest"] for each in entries)
    assert (made["mediaType"], made["artifactType"], {*made}) == (
        MANIFEST,
        JSON,
        {"mediaType", "digest", "size", "artifactType"},
    )
    document = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": JSON,
        "config": EMPTY,
        "layers": [about(b"[1]", JSON)],
        "subject": layout.description(source, digest),
    }
    written = (target / "blobs" / made["digest"].replace(":", "/")).read_text()
    assert written == json.dumps(document, sort_keys=True)
    assert list(layout.problems(target, [each["digest"] for each in entries])) == []
    assert {mode.stat().st_mode & 0o777 for mode in target.rglob("*") if mode.is_file()} == {0o644}


def test_images_of_several_layouts_are_beside_each_other(tmp_path: Path) -> None:
    """Each once, under the last name that it got."""
    one, two = image(tmp_path / "a"), image(tmp_path / "b", more=1)
    for source, digest, name in (("a", one, "docker.io/x:1"), ("b", two, "r:5000/shop/api:1"), ("a", one, "r:5000/y")):
        layout.copy(tmp_path / source, tmp_path / "c", digest, name)
    found = {each["digest"]: each["annotations"] for each in layout.read_index(tmp_path / "c")}
    assert found == {
        one: {"io.containerd.image.name": "r:5000/y", "org.opencontainers.image.ref.name": "5000/y"},
        two: {"io.containerd.image.name": "r:5000/shop/api:1", "org.opencontainers.image.ref.name": "1"},
    }
    assert len(layout.read_index(tmp_path / "c")) == 2


@pytest.mark.parametrize("document", [[], {"layers": [{"digest": "x"}]}, {"config": {"digest": "x"}}, {}])
def test_what_is_no_manifest_leads_nowhere(tmp_path: Path, document: object) -> None:
    """A layer may be JSON, too."""
    digest = put(tmp_path, json.dumps(document).encode())
    assert list(layout.blobs(tmp_path, [digest])) == [(digest, "")]


def test_a_manifest_is_looked_into_up_to_a_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is larger is a layer."""
    digest = image(tmp_path)
    size = (tmp_path / "blobs" / digest.replace(":", "/")).stat().st_size
    monkeypatch.setattr(layout, "LARGEST", size)
    assert len(layout.reached(tmp_path, [digest])) == 3
    monkeypatch.setattr(layout, "LARGEST", size - 1)
    assert layout.reached(tmp_path, [digest]) == {digest}


def test_what_is_saved_is_unpacked_with_the_rights_of_a_checkout(tmp_path: Path) -> None:
    """Of what is in the archive, only the images that are named, and files with the name of a blob."""
    made = Layout()
    digest, other = made.image([b"layer"]), made.image([b"other"])
    made.blobs["blobs/sha256/short"] = b"x"
    saved = made.save(tmp_path / "saved.tar", digest, other)
    layout.unpack(saved, tmp_path / "oci", {digest: "docker.io/shop/api:1", "sha256:absent": "x"})
    assert [each["digest"] for each in layout.read_index(tmp_path / "oci")] == [digest]
    blobs = [*(tmp_path / "oci/blobs/sha256").iterdir()]
    assert {f"sha256:{each.name}" for each in blobs} == layout.reached(tmp_path / "oci", [digest])
    assert {each.stat().st_mode & 0o777 for each in blobs} == {0o644}


def test_a_layout_that_is_unpacked_again_after_a_cut_off_blob_is_whole(tmp_path: Path) -> None:
    made = Layout()
    digest = made.image([b"layer"])
    archive, blob = made.save(tmp_path / "saved.tar", digest), tmp_path / "oci/blobs" / digest.replace(":", "/")
    layout.unpack(archive, tmp_path / "oci", {digest: "shop/api:1"})
    blob.write_bytes(blob.read_bytes()[:10])
    layout.unpack(archive, tmp_path / "oci", {digest: "shop/api:1"})
    assert list(layout.problems(tmp_path / "oci", [digest])) == []


def test_what_is_missing_or_changed_is_said_and_the_rest_is_looked_at(tmp_path: Path) -> None:
    """Of two images with a layer in common, that is one finding."""
    one, two = image(tmp_path), image(tmp_path, more=1)
    layer, config = about(b"layer", "")["digest"], about(b"{}", "")["digest"]
    (tmp_path / "blobs" / layer.replace(":", "/")).write_bytes(b"other")
    (tmp_path / "blobs" / config.replace(":", "/")).unlink()
    assert sorted(layout.problems(tmp_path, [one, two])) == sorted(
        [f"{layer} was changed: its content has another digest", f"{config} is missing"]
    )
    assert layout.reached(tmp_path, [one, two]) == {one, two, layer}


def test_an_index_leads_to_what_is_here_and_to_what_attests_it(tmp_path: Path) -> None:
    """A platform that was never built is not missing; an attestation of one that is here, is."""
    here = image(tmp_path)
    gone, attests, attests_gone = (f"sha256:{each * 64}" for each in "abc")
    platform = {"platform": {"architecture": "arm64"}}
    entries = [
        {"digest": here, **platform},
        {"digest": gone, **platform},
        {"digest": attests, **platform, "annotations": {"vnd.docker.reference.digest": here}},
        {"digest": attests_gone, **platform, "annotations": {"vnd.docker.reference.digest": gone}},
    ]
    index = put(tmp_path, json.dumps({"manifests": entries}).encode())
    assert list(layout.problems(tmp_path, [index])) == [f"{attests} is missing"]


def test_a_tar_for_an_engine_has_the_images_under_their_names(tmp_path: Path) -> None:
    """And no blob that its reader has."""
    digest = image(tmp_path / "a")
    layer = about(b"layer", "")["digest"]
    layout.archive(tmp_path / "a", tmp_path / "x.tar", {digest: "docker.io/shop/api:1"}, without={layer})
    with tarfile.open(tmp_path / "x.tar") as tar:
        names = tar.getnames()
        read = {name: file.read() for name in names if (file := tar.extractfile(name))}
    entry = layout.named(layout.description(tmp_path / "a", digest), "docker.io/shop/api:1")
    assert json.loads(read.pop("oci-layout")) == {"imageLayoutVersion": "1.0.0"}
    assert json.loads(read.pop("index.json")) == {"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]}
    config = about(b"{}", "")["digest"]
    assert sorted(read) == sorted(f"blobs/{each.replace(':', '/')}" for each in (digest, config))


@pytest.mark.parametrize(
    ("reference", "whole"),
    [
        ("api:1", "docker.io/library/api:1"),
        ("shop/api:1", "docker.io/shop/api:1"),
        ("localhost/api:1", "localhost/api:1"),
        ("host:5000/api:1", "host:5000/api:1"),
        ("r.test/shop/api:1", "r.test/shop/api:1"),
    ],
)
def test_a_name_as_an_engine_stores_it(reference: str, whole: str) -> None:
    assert layout.qualified(reference) == whole


def test_what_is_attached_in_a_registry(tmp_path: Path) -> None:
    """Each file by its name, in one manifest about the image; and the index that lists it."""
    layout.write_tar(tmp_path / "x.tar", {"sha256:b": b"two", "sha256:a": b"one"}, b"[]")
    with tarfile.open(tmp_path / "x.tar") as tar:
        read = {name: file.read() for name in tar.getnames() if (file := tar.extractfile(name))}
    marker = b'{"imageLayoutVersion": "1.0.0"}'
    assert [*read.items()] == [
        *(("oci-layout", marker), ("index.json", b"[]"), ("blobs/sha256/a", b"one"), ("blobs/sha256/b", b"two"))
    ]
    subject = {"mediaType": MANIFEST, "digest": "sha256:1", "size": 3}
    made = Referrers(subject)
    made.attach("application/x", {"a.json": (JSON, b"[1]"), "b.txt": ("text/plain", b"b")})
    document = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": "application/x",
        "config": EMPTY,
        "layers": [
            {**about(b"[1]", JSON), "annotations": {"org.opencontainers.image.title": "a.json"}},
            {**about(b"b", "text/plain"), "annotations": {"org.opencontainers.image.title": "b.txt"}},
        ],
        "subject": subject,
    }
    [entry] = json.loads(made.index())["manifests"]
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]}
    assert made.index() == json.dumps(index, sort_keys=True).encode()
    assert made.blobs[entry["digest"]] == json.dumps(document, sort_keys=True).encode()
    assert entry == {**about(made.blobs[entry["digest"]], MANIFEST), "artifactType": "application/x"}
    assert made.tag == "sha256-1"
