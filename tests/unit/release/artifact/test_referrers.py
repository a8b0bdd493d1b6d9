"""What a registry gets beside the images: bills of materials, provenance, the signed manifest."""

from __future__ import annotations

import json
import tarfile
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.errors import FindingsError, ToolFailedError
from dockgate.release.artifact import layout, manifest, referrers
from dockgate.release.pipeline import publish
from dockgate.release.pipeline.run import ReleaseRequest
from dockgate.release.signing import keys, ssh
from tests.unit.release import releasing
from tests.unit.release.pipeline.shop import Shop

if TYPE_CHECKING:
    from pathlib import Path

REGISTRY = "localhost:5000"
CYCLONEDX, PROVENANCE = "application/vnd.cyclonedx+json", "application/vnd.in-toto+json"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop", tmp_path / "home")


def released(shop: Shop, number: str) -> manifest.ReleasedImage:
    """Release to the registry; return the image that every release shares."""
    releasing.change(shop.root, number)
    shop.release(ReleaseRequest(version=number, registry=REGISTRY))
    return manifest.load(shop.root, number)[0].images[1]


def blob(shop: Shop, digest: str) -> bytes:
    return shop.store.content.blobs[f"blobs/{digest.replace(':', '/')}"]


def listed(shop: Shop, image: manifest.ReleasedImage) -> list[dict[str, Any]]:
    """Return what the registry lists about an image, each with its manifest."""
    tag = f"{REGISTRY}/shop/{image.name}:{image.digest.replace(':', '-')}"
    index = json.loads(blob(shop, shop.store.pushed[tag]))
    return [{**entry, "manifest": json.loads(blob(shop, entry["digest"]))} for entry in index["manifests"]]


def test_registry_gets_everything_about_an_image_by_its_digest(shop: Shop) -> None:
    """Without cosign; each document is the one that the signed manifest names."""
    image = released(shop, "0.2.0")
    found = {entry["artifactType"]: entry["manifest"] for entry in listed(shop, image)}
    assert found.keys() == {CYCLONEDX, PROVENANCE, publish.RELEASE}
    assert {each["subject"]["digest"] for each in found.values()} == {image.digest}
    assert {kind: found[kind]["layers"][0]["digest"] for kind in (CYCLONEDX, PROVENANCE)} == image.attestations
    assert not [name for name in shop.store.images if ":sha256-" in name]  # nothing of it stays on the engine


def test_registry_and_the_public_key_are_enough_to_verify(shop: Shop) -> None:
    """The signed manifest is attached, and names the digest that it is attached to."""
    image = released(shop, "0.2.0")
    (signed,) = [each["manifest"] for each in listed(shop, image) if each["artifactType"] == publish.RELEASE]
    files = {layer["annotations"][referrers.TITLE]: blob(shop, layer["digest"]) for layer in signed["layers"]}
    data, signature = files[manifest.NAME], files[manifest.SIGNATURE].decode()
    ssh.verify(shop.project, keys.public(shop.project), data, signature)
    assert image.digest in {each.digest for each in manifest.parse(data, "x").images}


def test_what_others_attached_stays(shop: Shop) -> None:
    """Another tool's signature, and the earlier release's own, of an image that both share."""
    image = released(shop, "0.2.0")
    other = shop.store.content.add({"subject": {"digest": image.digest}, "layers": []})
    tag = f"{REGISTRY}/shop/postgres:{image.digest.replace(':', '-')}"
    index = json.loads(blob(shop, shop.store.pushed[tag]))
    index["manifests"].append({"digest": other, "artifactType": "application/x-signature"})
    shop.store.pushed[tag] = shop.store.content.add(index)
    assert released(shop, "0.3.0").digest == image.digest
    kinds = sorted(entry["artifactType"] for entry in listed(shop, image))
    assert kinds == sorted([CYCLONEDX, PROVENANCE, publish.RELEASE, publish.RELEASE, "application/x-signature"])


def made(shop: Shop, number: str) -> tuple[referrers.Referrers, str]:
    image = manifest.load(shop.root, number)[0].images[1]
    found = referrers.read(shop.root / "releases" / number / "oci", image.digest, image.attestations.values())
    return found, f"{REGISTRY}/shop/postgres"


def test_what_is_there_already_is_not_pushed_again(shop: Shop, tmp_path: Path) -> None:
    """A release that goes on after its registry died asks first."""
    released(shop, "0.2.0")
    found, repository = made(shop, "0.2.0")
    shop.store.refuse_push = True
    referrers.publish(found, repository, shop.store, tmp_path)


def test_list_that_is_not_whole_is_not_made_longer(shop: Shop, tmp_path: Path) -> None:
    """A reader would take what is missing for tampering."""
    image = released(shop, "0.2.0")
    tag = f"{REGISTRY}/shop/postgres:{image.digest.replace(':', '-')}"
    shop.store.pushed[tag] = shop.store.content.add({"manifests": [{"digest": "sha256:" + "9" * 64}]})
    found, repository = made(shop, "0.2.0")
    with pytest.raises(FindingsError) as caught:
        referrers.publish(found, repository, shop.store, tmp_path)
    name = image.digest.replace(":", "-")
    assert str(caught.value) == (
        f"{REGISTRY}/shop/postgres:{name} lists sha256:{'9' * 64}, which the registry does not have\n"
        f"  → remove the tag {name} there: what it lists about the image is not whole"
    )


def test_registry_that_has_something_else_then_is_an_error(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process attached something at the same moment, or the registry lost it."""
    released(shop, "0.2.0")
    found, repository = made(shop, "0.2.0")
    found.attach("application/x-more", {"a": ("text/plain", b"a")})
    loaded: dict[str, bytes] = {}

    def load(file: Path) -> None:
        with tarfile.open(file) as tar:
            loaded.update({name: content.read() for name in tar.getnames() if (content := tar.extractfile(name))})

    def push(*names: str) -> str:
        assert names == (f"{repository}:{found.tag}",) * 2
        return "sha256:" + "0" * 64

    monkeypatch.setattr(shop.store, "load", load)
    monkeypatch.setattr(shop.store, "push", push)
    with pytest.raises(ToolFailedError) as caught:
        referrers.publish(found, repository, shop.store, tmp_path)
    index = found.index()
    digest, name = manifest.digest(index), f"{repository}:{found.tag}"
    assert caught.value.what == f"{name} is sha256:{'0' * 64} in the registry, not {digest}"
    about = {"mediaType": layout.INDEX, "digest": digest, "size": len(index)}
    named = {**about, "annotations": {"io.containerd.image.name": name}}
    assert json.loads(loaded.pop("index.json")) == {
        "schemaVersion": 2,
        "mediaType": layout.INDEX,
        "manifests": [named],
    }
    del loaded["oci-layout"]
    blobs = {**found.blobs, digest: index}
    assert loaded == {f"blobs/{each.replace(':', '/')}": data for each, data in blobs.items()}


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("localhost:5000/shop/api:1", "localhost:5000/shop/api:1"),
        ("shop/api:1", "docker.io/shop/api:1"),
        ("api:1", "docker.io/library/api:1"),
    ],
)
def test_name_in_a_layout_is_whole(reference: str, name: str) -> None:
    """The engine would load another image otherwise."""
    assert layout.qualified(reference) == name
