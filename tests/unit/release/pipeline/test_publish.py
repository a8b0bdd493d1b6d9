"""What a registry gets of a release, and what it must have then."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.errors import ToolFailedError
from dockgate.release.artifact import manifest
from dockgate.release.pipeline import publish, run
from dockgate.release.pipeline.run import ReleaseRequest
from dockgate.release.signing import cosign

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.release.pipeline.journal import Outputs
    from dockgate.release.pipeline.release_context import ReleaseContext
    from tests.unit.release.pipeline.shop import Shop

REGISTRY = "localhost:5000/mirror"


def published(shop: Shop, registry: str = REGISTRY) -> tuple[ReleaseContext, Outputs]:
    """Make a release; return it and what its steps gave."""
    made, left = run.begin(shop.project, ReleaseRequest(registry=registry), shop.work, shop.store)
    run.run(made, left, lambda *_: None)
    return made, left.outputs


def test_each_image_and_what_is_about_it_is_pushed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the version, and by the digest that it is about; cosign signs both where it is there."""
    signed: list[dict[str, dict[str, Path]]] = []

    def find(project: object) -> Any:
        assert project is shop.project
        return SimpleNamespace(sign_images=signed.append)

    monkeypatch.setattr(cosign, "find", find)
    made, _ = published(shop)
    images = manifest.load(shop.root, "0.1.1")[0].images
    digests = {each.name: each.digest for each in images}
    tags = {name: digest.replace(":", "-") for name, digest in digests.items()}
    assert {*shop.store.pushed} == {
        *(f"{REGISTRY}/shop/{name}:0.1.1" for name in digests),
        *(f"{REGISTRY}/shop/{name}:{tag}" for name, tag in tags.items()),
    }
    assert {name: shop.store.pushed[f"{REGISTRY}/shop/{name}:0.1.1"] for name in digests} == digests
    bills = {each.name: each.attestations["application/vnd.cyclonedx+json"] for each in images}
    assert signed == [
        {
            f"{REGISTRY}/shop/{name}:0.1.1@{digest}": {
                "cyclonedx": made.layout / "blobs" / bills[name].replace(":", "/")
            }
            for name, digest in digests.items()
        }
    ]


def test_a_layout_that_is_not_whole_is_not_published(shop: Shop) -> None:
    """A bill of materials belongs to it."""
    made, outputs = published(shop, "")
    assert publish.publish(made, outputs) == {"images": 2}
    bill = outputs["sbom"]["documents"]["postgres"]["application/vnd.cyclonedx+json"]
    (made.layout / "blobs" / bill.replace(":", "/")).unlink()
    with pytest.raises(ToolFailedError) as caught:
        publish.publish(made, outputs)
    said = f"the layout is not whole: {bill} is missing"
    assert str(caught.value) == f"{said}\n  → is the disk full? inv release goes on"


def test_a_registry_that_has_another_image_then_is_an_error(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """It changed what it was given."""
    made, outputs = published(shop)
    digest = manifest.load(shop.root, "0.1.1")[0].images[0].digest
    monkeypatch.setattr(shop.store, "push", lambda *_: "sha256:other")
    with pytest.raises(ToolFailedError) as caught:
        publish.publish(made, outputs)
    assert caught.value.what == f"{REGISTRY}/shop/api:0.1.1 is sha256:other in the registry, not {digest}"
