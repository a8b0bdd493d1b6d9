"""What verifies of a release, and what does not after one byte has changed."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.errors import ConfigError, FindingsError
from dockgate.release.artifact import manifest
from dockgate.release.artifact import verify as release_verify
from dockgate.release.signing import keys
from tests.unit.release.releasing import git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.release.pipeline.shop import Shop


def _blob(shop: Shop, digest: str) -> Path:
    return shop.root / "releases/0.1.1/oci/blobs" / digest.replace(":", "/")


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _document(shop: Shop, digest: str) -> Any:
    return json.loads(_blob(shop, digest).read_text())


def _layer(shop: Shop) -> Path:
    image = manifest.load(shop.root, "0.1.1")[0].images[0]
    return _blob(shop, _document(shop, image.platform_digest)["layers"][0]["digest"])


def _attestation(shop: Shop) -> Path:
    image = manifest.load(shop.root, "0.1.1")[0].images[0]
    return _blob(shop, _document(shop, image.digest)["manifests"][1]["digest"])


def _other_key(shop: Shop) -> None:
    for file in (shop.root / "release").iterdir():
        file.unlink()
    keys.generate(shop.project)


# What is changed, and the checks that fail then; "" where the release is refused before any other check.
TAMPERED: dict[str, tuple[Callable[[Shop], Any], list[str]]] = {
    "a layer": (lambda s: _flip(_layer(s)), ["layout"]),
    "a layer that is gone": (lambda s: _layer(s).unlink(), ["layout"]),
    "what BuildKit attests": (lambda s: _attestation(s).unlink(), ["layout", "content"]),
    "a bill of materials": (
        lambda s: _flip(_blob(s, next(iter(manifest.load(s.root, "0.1.1")[0].images[0].attestations.values())))),
        ["layout"],
    ),
    "the manifest": (lambda s: _flip(s.root / "releases/0.1.1/manifest.json"), [""]),
    "the signature": (lambda s: _flip(s.root / "releases/0.1.1/manifest.json.sig"), [""]),
    "no signature": (lambda s: (s.root / "releases/0.1.1/manifest.json.sig").unlink(), [""]),
    "the key": (_other_key, [""]),
    "the image on the engine": (
        lambda s: s.store.images.update({"shop/api:0.1.1": "sha256:" + "0" * 64}),
        ["engine api"],
    ),
    "the tag": (lambda s: git(s.root, "tag", "--force", "v0.1.1", "HEAD~2"), ["tag"]),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_tampering_is_caught(shop: Shop, what: str) -> None:
    """By the check that is about it, and it is the first problem that is named."""
    shop.release()
    tamper, failing = TAMPERED[what]
    tamper(shop)
    try:
        report = shop.verify()
    except FindingsError:
        assert failing == [""]
        return
    failed = [each for each in report.checks if each.ok is False]
    assert [each.name for each in failed] == failing
    assert (report.good, report.first_problem) == (False, f"{failed[0].name}: {failed[0].detail}")
    assert report.as_json() == {
        "version": "0.1.1",
        "commit": report.manifest.commit,
        "good": False,
        "checks": [{"name": each.name, "ok": each.ok, "detail": each.detail} for each in report.checks],
    }


def test_what_is_not_here_was_not_checked(shop: Shop) -> None:
    """The layout, the tag, the image: neither good nor bad."""
    shop.release()
    shutil.rmtree(shop.root / "releases/0.1.1/oci")
    git(shop.root, "tag", "--delete", "v0.1.1")
    shop.store.images.clear()
    found = shop.verify()
    assert found.good
    assert {each.name for each in found.checks if each.ok is None} == {
        "layout",
        "tag",
        "engine api",
        "engine postgres",
    }


def test_release_is_found_by_version_and_by_digest(shop: Shop) -> None:
    """Release is found by version and by digest."""
    shop.release()
    found, data, _ = manifest.load(shop.root, "0.1.1")
    for wanted in ("0.1.1", found.images[1].digest, found.images[1].platform_digest, manifest.digest(data)):
        assert release_verify.find(shop.project, wanted) == "0.1.1"
    with pytest.raises(ConfigError) as caught:
        release_verify.find(shop.project, "sha256:" + "1" * 64)
    assert str(caught.value) == f"no release here has sha256:{'1' * 64}\n  → inv releases lists them"


def test_machine_with_only_the_public_key_verifies(shop: Shop) -> None:
    """Machine with only the public key verifies."""
    shop.release()
    (shop.root / keys.PRIVATE).unlink()
    report = release_verify.verify(shop.project, "0.1.1", keys.public(shop.project), None)
    assert report.good
    assert {each.name: each.ok for each in report.checks} == {
        "signature": True,
        "layout": True,
        "provenance": True,
        "content": True,
        "tag": True,
        "verdict": True,
    }
