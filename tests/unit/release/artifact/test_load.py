"""Whether an engine has the images of a release, by the digests that were signed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from dockgate.core.errors import ConfigError, FindingsError, ToolFailedError
from dockgate.release.artifact import load

IMAGES = tuple(
    SimpleNamespace(tag=f"shop/{name}:1.2.0", digest=f"sha256:{name}", pushed=f"shop-{name}") for name in "ab"
)
FOUND: Any = SimpleNamespace(version="1.2.0", images=IMAGES, published={"registry": "registry.internal"})


def test_every_image_is_there() -> None:
    load.complete(FOUND, {each.tag: each.digest for each in IMAGES})


@pytest.mark.parametrize("missing", [("",), ("", "")])
def test_images_that_are_missing_are_named(missing: tuple[str, ...]) -> None:
    """All of them, and how they come."""
    there = {each.tag: each.digest for each in IMAGES} | {
        each.tag: "" for each, _ in zip(IMAGES, missing, strict=False)
    }
    with pytest.raises(ToolFailedError) as caught:
        load.complete(FOUND, there)
    names = ", ".join(each.tag for each, _ in zip(IMAGES, missing, strict=False))
    assert caught.value.what == f"the images of 1.2.0 are not on this engine: {names}"
    assert caught.value.fix == "inv releases.load 1.2.0"


def test_a_tag_that_was_moved_is_a_finding() -> None:
    """Even where another image is missing."""
    with pytest.raises(FindingsError) as caught:
        load.complete(FOUND, {IMAGES[0].tag: "", IMAGES[1].tag: "sha256:other"})
    assert caught.value.what == "shop/b:1.2.0 is sha256:other here, the release has sha256:b"
    assert caught.value.fix == "the tag was moved: inv releases.load 1.2.0 puts the release's image back"


def test_present_asks_for_the_tags() -> None:
    asked: list[object] = []

    def digests(tags: list[str]) -> dict[str, str]:
        asked.extend(tags)
        return {each.tag: each.digest for each in IMAGES}

    store: Any = SimpleNamespace(digests=digests)
    load.present(FOUND, store)
    assert asked == [each.tag for each in IMAGES]


def test_each_image_is_pulled_by_its_signed_digest() -> None:
    """From the registry that the release was pushed to; without one the folder has to be copied."""
    pulled: list[tuple[str, str]] = []
    store: Any = SimpleNamespace(pull=lambda reference, tag: pulled.append((reference, tag)))
    load._pull(FOUND, store)
    assert pulled == [(f"registry.internal/{each.pushed}@{each.digest}", each.tag) for each in IMAGES]
    lonely: Any = SimpleNamespace(version="1.2.0", images=IMAGES, published={})
    with pytest.raises(ConfigError) as caught:
        load._pull(lonely, store)
    assert caught.value.what == "the images of 1.2.0 are not under releases/1.2.0/oci"
    assert caught.value.fix == "copy that folder from where the release was made: git does not carry it"
