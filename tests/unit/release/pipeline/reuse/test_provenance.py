"""What a release says of who built its images: provenance is about the image, and names the release's commit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.errors import FindingsError
from dockgate.release.artifact import manifest, verify
from dockgate.release.signing import keys, ssh
from tests.unit.release import releasing
from tests.unit.release.pipeline.reuse.unchanged import second

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.release.pipeline.shop import Shop


def _signed_again(shop: Shop, number: str, change: Callable[[list[dict[str, Any]]], None]) -> None:
    """Sign a manifest that says something else: the owner of the key still cannot say what provenance does not."""
    file = shop.root / "releases" / number / manifest.NAME
    document = json.loads(file.read_text())
    change(document["images"])
    data = manifest.parse(json.dumps(document).encode(), "x").data()
    file.write_bytes(data)
    with keys.private(shop.project) as key:
        file.with_name(manifest.SIGNATURE).write_text(ssh.sign(shop.project, key, data))


@pytest.mark.parametrize(
    "change",
    [
        lambda images: images[1].pop("built_in"),
        lambda images: images[1].update(built_in={"version": "0.1.1", "commit": "c" * 40}),
        lambda images: images[0].update(built_in=images[1]["built_in"]),
        lambda images: images[1]["attestations"].pop("application/vnd.in-toto+json"),
    ],
    ids=["as if built now", "of another commit", "as if built then", "no provenance"],
)
def test_provenance_must_name_the_commit_that_the_manifest_does(
    shop: Shop, change: Callable[[list[dict[str, Any]]], None]
) -> None:
    """The earlier release's where it says so, and only there."""
    second(shop)
    _signed_again(shop, "0.1.2", lambda _: None)
    assert shop.verify("0.1.2").good
    _signed_again(shop, "0.1.2", change)
    report = verify.verify(shop.project, "0.1.2", keys.public(shop.project), shop.store)
    assert "provenance" in [each.name for each in report.checks if each.ok is False]


def test_provenance_of_another_image_is_caught(shop: Shop) -> None:
    """Also where it is of the same commit."""
    _signed_again(shop, "0.1.1", lambda images: images[1].update(attestations=images[0]["attestations"]))
    report = shop.verify("0.1.1")
    assert "its provenance is about" in report.first_problem
    assert [each.name for each in report.checks if each.ok is False] == ["provenance", "content"]


def test_manifest_without_the_field_keeps_its_bytes(shop: Shop) -> None:
    """A release that was signed before there was one verifies, and is what its pointers name."""
    found, data, _ = manifest.load(shop.root, "0.1.1")
    assert b"built_in" not in data
    assert found.data() == data


def test_buildkit_provenance_of_another_commit_is_caught(shop: Shop) -> None:
    """Its own statement is not all that Dockgate looks at."""
    shop.work.revision = "d" * 40
    releasing.change(shop.root, "a button")
    with pytest.raises(FindingsError, match="provenance says dddddddddddd"):
        shop.release()
