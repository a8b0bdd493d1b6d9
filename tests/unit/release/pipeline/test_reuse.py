"""Images that did not change between two releases: they keep their digest, and the manifest says who built them."""

from __future__ import annotations

import copy
import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.errors import FindingsError
from dockgate.release.artifact import load, manifest, verify
from dockgate.release.pipeline.run import ReleaseRequest
from dockgate.release.promotion import promote
from dockgate.release.protocols import BuiltIn
from dockgate.release.signing import keys, ssh, trust
from tests.unit.release import releasing
from tests.unit.release.pipeline.shop import Shop

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dockgate.release.artifact.manifest import ReleasedImage


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Make the first release once; every test goes on from a copy of it."""
    folder = tmp_path_factory.mktemp("first")
    (folder / "home").mkdir()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("HOME", str(folder / "home"))
        made = Shop(folder / "shop", folder / "home")
        made.release()
    return made


@pytest.fixture
def shop(first: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setenv("HOME", str(tmp_path / "copy/home"))
    return first.copied(tmp_path / "copy", copy.deepcopy(first.store))


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
    before, after = (promote.promote(shop.project, "staging", number, shop.store) for number in ("0.1.1", "0.1.2"))
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
    _lose_attestations(shop)
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
    _lose_attestations(shop)
    assert second(shop)[1].tag == "shop/postgres:0.1.1"


def test_registry_gets_the_attestations_that_the_engine_lacks(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would get another index otherwise, or none."""
    digest = images(shop, "0.1.1")[1].digest
    real, seen = shop.store.push, list[bool]()

    def push(reference: str, target: str) -> str:
        if reference.endswith(digest):
            seen.append(_attestation(shop) in shop.store.content.blobs)
        return real(reference, target)

    def rehearse(*_: object) -> dict[str, str]:
        _lose_attestations(shop)
        return {}

    monkeypatch.setattr(shop.store, "push", push)
    monkeypatch.setattr(shop.work, "rehearse", rehearse)
    releasing.change(shop.root, "a button")
    shop.release(ReleaseRequest(registry="localhost:5000"))
    assert seen == [True]


def _attestation(shop: Shop) -> str:
    digest = images(shop, "0.1.1")[1].digest
    index = json.loads(blob(shop, "0.1.1", digest).read_bytes())
    return f"blobs/{index['manifests'][1]['digest'].replace(':', '/')}"


def _lose_attestations(shop: Shop) -> None:
    shop.store.content.blobs.pop(_attestation(shop))


def test_moved_tag_is_put_back_from_the_layout(shop: Shop) -> None:
    """What a tag is on the engine decides nothing: the signed digest does."""
    kept = shop.store.images["shop/postgres:0.1.1"]
    shop.store.images["shop/postgres:0.1.1"] = shop.store.images["shop/api:0.1.1"]
    assert second(shop)[1].digest == kept == shop.store.images["shop/postgres:0.1.1"]


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
