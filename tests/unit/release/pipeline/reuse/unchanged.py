"""What two releases have of an image that did not change."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dockgate.release.artifact import manifest
from tests.unit.release import releasing

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.release.artifact.manifest import ReleasedImage
    from tests.unit.release.pipeline.shop import Shop


def second(shop: Shop) -> tuple[ReleasedImage, ReleasedImage]:
    """Make the next release and return its images: api, which is another, and postgres, which is the same."""
    releasing.change(shop.root, "a button")
    number = shop.release().version
    assert shop.verify(number).good
    api, postgres = images(shop, number)
    return api, postgres


def images(shop: Shop, number: str) -> tuple[ReleasedImage, ...]:
    return manifest.load(shop.root, number)[0].images


def oci(shop: Shop, number: str) -> Path:
    return shop.root / "releases" / number / "oci"


def blob(shop: Shop, number: str, digest: str) -> Path:
    return oci(shop, number) / "blobs" / digest.replace(":", "/")


def attestation(shop: Shop) -> str:
    digest = images(shop, "0.1.1")[1].digest
    index = json.loads(blob(shop, "0.1.1", digest).read_bytes())
    return f"blobs/{index['manifests'][1]['digest'].replace(':', '/')}"


def lose_attestations(shop: Shop) -> None:
    shop.store.content.blobs.pop(attestation(shop))
