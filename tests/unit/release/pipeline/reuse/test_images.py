"""Images that did not change between two releases: they keep their digest, and the manifest says who built them."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.release.artifact import load, manifest
from dockgate.release.pipeline import reuse
from dockgate.release.pipeline.run import ReleaseRequest
from dockgate.release.promotion import promote
from dockgate.release.protocols import BuiltIn
from dockgate.release.signing import keys, trust
from tests.unit.release import releasing
from tests.unit.release.pipeline.reuse.unchanged import attestation, blob, images, lose_attestations, oci, second

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.release.pipeline.shop import Shop


def test_unchanged_image_is_the_earlier_release_s(shop: Shop) -> None:
    """Reference, digest and documents are the same to the byte; only what changed is built."""
    then = manifest.load(shop.root, "0.1.1")[0]
    api, postgres = second(shop)
    assert (postgres.reference, postgres.attestations) == (then.images[1].reference, then.images[1].attestations)
    assert postgres.built_in == BuiltIn("0.1.1", then.commit)
    assert (api.tag, api.built_in) == ("shop/api:0.1.2", None)
    assert api.digest != then.images[0].digest
    assert [call for call in shop.work.calls if call.startswith("attest")] == ["attest api"]


def test_promotions_of_both_releases_run_the_unchanged_image_by_one_reference(shop: Shop) -> None:
    """Compose recreates what has another reference: there is none."""
    second(shop)
    before, after = (
        promote.promote(shop.project, "staging", number, shop.store, reason="") for number in ("0.1.1", "0.1.2")
    )
    assert before.images["POSTGRES_IMAGE"] == after.images["POSTGRES_IMAGE"]
    assert before.images["API_IMAGE"] != after.images["API_IMAGE"]


def test_each_release_judges_the_unchanged_image_anew(shop: Shop) -> None:
    """A verdict is as old as the release that it is in, not as the image."""
    second(shop)
    assert shop.work.calls.count("scan") == 1
    scan = manifest.load(shop.root, "0.1.2")[0].scan
    assert images(shop, "0.1.2")[1].digest in {verdict["digest"] for verdict in scan["verdicts"]}


def test_layout_of_the_later_release_is_whole_without_the_earlier_one(shop: Shop) -> None:
    """An engine and a checkout that never had the earlier images get all of them from it."""
    _, postgres = second(shop)
    shutil.rmtree(oci(shop, "0.1.1"))
    shop.store.images.clear()
    load.load(shop.project, "0.1.2", shop.store)
    assert shop.store.images["shop/postgres:0.1.1"] == postgres.digest
    assert shop.verify("0.1.2").good


def test_every_release_names_the_one_that_built_the_image(shop: Shop) -> None:
    """Not the one that it was taken over from; it may come out of that one's layout all the same."""
    second(shop)
    shutil.rmtree(oci(shop, "0.1.1"))
    shop.store.images.clear()
    api, postgres = second(shop)
    assert (api.tag, postgres.tag) == ("shop/api:0.1.3", "shop/postgres:0.1.1")
    assert postgres.built_in == BuiltIn("0.1.1", manifest.load(shop.root, "0.1.1")[0].commit)
    assert "shop/api:0.1.2" not in shop.store.images  # nothing else was loaded with it


def test_image_that_is_as_it_was_two_releases_ago_is_that_one(shop: Shop) -> None:
    """Content decides, and not which release was the last."""
    shop.work.postgres = "18"
    assert second(shop)[1].built_in is None
    shop.work.postgres = "17"
    assert second(shop)[1].tag == "shop/postgres:0.1.1"


def _only_the_engine_without_attestations(shop: Shop) -> None:
    lose_attestations(shop)
    shutil.rmtree(oci(shop, "0.1.1"))


def _nowhere(shop: Shop) -> None:
    shutil.rmtree(oci(shop, "0.1.1"))
    shop.store.images.clear()


def _moved_and_damaged(shop: Shop) -> None:
    shop.store.images["shop/postgres:0.1.1"] = shop.store.images["shop/api:0.1.1"]
    digest = images(shop, "0.1.1")[1].digest
    blob(shop, "0.1.1", digest).write_bytes(b"{}")


def _other_key(shop: Shop) -> None:
    for file in (shop.root / "release").iterdir():
        file.unlink()
    trust.accept(shop.project, keys.generate(shop.project))
    releasing.commit(shop.root, "another key")


def _forged(shop: Shop) -> None:
    file = shop.root / "releases/0.1.1/manifest.json"
    file.write_text(file.read_text().replace('"compressed": 1000', '"compressed": 1001'))
    releasing.commit(shop.root, "forged")


@pytest.mark.parametrize(
    "damage", [_only_the_engine_without_attestations, _nowhere, _moved_and_damaged, _other_key, _forged]
)
def test_image_that_cannot_be_verified_is_built_anew(shop: Shop, damage: Callable[[Shop], Any]) -> None:
    """It costs the recreation of a container, and nothing else."""
    damage(shop)
    _, postgres = second(shop)
    assert (postgres.tag, postgres.built_in) == ("shop/postgres:0.1.2", None)


def test_engine_that_pulled_the_image_gives_what_it_has_and_layouts_the_rest(shop: Shop) -> None:
    """A registry's client leaves attestations out, and may drop later what it does not refer to."""
    lose_attestations(shop)
    assert second(shop)[1].tag == "shop/postgres:0.1.1"


def test_image_that_only_the_engine_has_whole_is_taken_from_there(shop: Shop) -> None:
    """With what attests it; the layout of the release that built it may be on another machine."""
    attests = attestation(shop)
    shutil.rmtree(oci(shop, "0.1.1"))
    assert second(shop)[1].tag == "shop/postgres:0.1.1"
    assert (oci(shop, "0.1.2") / attests).is_file()


def test_a_release_that_goes_on_does_not_take_over_from_itself(shop: Shop, tmp_path: Path) -> None:
    """Its manifest may be there already, newer than the one of the release that built the image."""
    second(shop)
    images = shop.work.images()
    taken = reuse.taken(shop.project, images, "0.1.2", tmp_path / "oci", shop.store)
    assert {name: each.built_in and each.built_in.version for name, each in taken.items()} == {"postgres": "0.1.1"}
    newest = reuse.taken(shop.project, images, "0.1.1", tmp_path / "oci", shop.store)
    assert newest == {}


def test_registry_gets_the_attestations_that_the_engine_lacks(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would get another index otherwise, or none."""
    digest = images(shop, "0.1.1")[1].digest
    real, seen = shop.store.push, list[bool]()

    def push(reference: str, target: str) -> str:
        if reference.endswith(digest):
            seen.append(attestation(shop) in shop.store.content.blobs)
        return real(reference, target)

    def rehearse(*_: object) -> dict[str, str]:
        lose_attestations(shop)
        return {}

    monkeypatch.setattr(shop.store, "push", push)
    monkeypatch.setattr(shop.work, "rehearse", rehearse)
    releasing.change(shop.root, "a button")
    shop.release(ReleaseRequest(registry="localhost:5000"))
    assert seen == [True]


def test_moved_tag_is_put_back_from_the_layout(shop: Shop) -> None:
    """What a tag is on the engine decides nothing: the signed digest does."""
    kept = shop.store.images["shop/postgres:0.1.1"]
    shop.store.images["shop/postgres:0.1.1"] = shop.store.images["shop/api:0.1.1"]
    assert second(shop)[1].digest == kept == shop.store.images["shop/postgres:0.1.1"]
