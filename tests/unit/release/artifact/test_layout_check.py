"""`up` looks at the layout of what it runs: every blob the first time, then those that were touched."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import FindingsError
from dockgate.release.artifact import layout, layout_check, manifest, verify
from tests.unit.release.pipeline.shop import Shop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dockgate.release.artifact.manifest import Manifest


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    made = Shop(tmp_path / "shop", tmp_path / "home")
    made.release()
    return made


@pytest.fixture
def signed(shop: Shop) -> Manifest:
    return manifest.load(shop.root, "0.1.1")[0]


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the files be from long ago."""
    monkeypatch.setattr(layout_check, "SETTLED_NS", -3_600_000_000_000)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the blobs that are read, as they are."""
    seen: list[str] = []
    real = layout.blobs

    def blobs(place: Path, digests: list[str]) -> Iterator[tuple[str, str]]:
        for digest, problem in real(place, digests):
            seen.append(digest)
            yield digest, problem

    monkeypatch.setattr(layout, "blobs", blobs)
    return seen


def layer(shop: Shop, signed: Manifest) -> Path:
    blobs = shop.root / "releases/0.1.1/oci/blobs"
    document = json.loads((blobs / signed.images[1].platform_digest.replace(":", "/")).read_text())
    return blobs / str(document["layers"][0]["digest"]).replace(":", "/")


def flip(file: Path) -> None:
    """Change one bit and nothing else that one sees: size and time of modification stay."""
    stat, data = file.stat(), bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def test_changed_layer_is_refused_as_verification_refuses_it(shop: Shop, signed: Manifest) -> None:
    """The same words, so that one knows where to look."""
    layout_check.hold(shop.project, signed)
    flip(layer(shop, signed))
    with pytest.raises(FindingsError) as caught:
        layout_check.hold(shop.project, signed)
    assert (caught.value.code, caught.value.what) == (3, verify.refused("0.1.1", shop.verify().first_problem).what)


@pytest.mark.usefixtures("settled")
def test_what_nobody_touched_is_not_read_again(shop: Shop, signed: Manifest, read: list[str]) -> None:
    """And what a person did is, however well it is hidden."""
    layout_check.hold(shop.project, signed)
    first = len(read)
    assert first == len(set(read)) > len(verify.signed_digests(signed))
    layout_check.hold(shop.project, signed)
    assert len(read) == first
    flip(layer(shop, signed))
    with pytest.raises(FindingsError, match="was changed"):
        layout_check.hold(shop.project, signed)


def test_three_blobs_are_named(shop: Shop, signed: Manifest) -> None:
    """More of them say no more."""
    shutil.rmtree(shop.root / "releases/0.1.1/oci/blobs")
    missing = [f"{digest} is missing" for digest in verify.signed_digests(signed)[::-1]]
    with pytest.raises(FindingsError) as caught:
        layout_check.hold(shop.project, signed)
    assert caught.value.what == f"release 0.1.1 does not verify: layout: {'; '.join(missing[:3])}"
    assert shop.verify().first_problem == f"layout: {'; '.join(missing[:3])}"


@pytest.mark.usefixtures("settled")
def test_layer_that_is_gone_is_refused_although_it_was_there(shop: Shop, signed: Manifest) -> None:
    """A layout is whole, or not there at all."""
    layout_check.hold(shop.project, signed)
    layer(shop, signed).unlink()
    with pytest.raises(FindingsError, match="is missing"):
        layout_check.hold(shop.project, signed)


@pytest.mark.usefixtures("settled")
def test_blob_that_was_changed_is_never_kept_as_whole(shop: Shop, signed: Manifest) -> None:
    """A refusal stays one until the blob is what it was."""
    file = layer(shop, signed)
    kept = file.read_bytes()
    flip(file)
    for _ in range(2):
        with pytest.raises(FindingsError):
            layout_check.hold(shop.project, signed)
    file.write_bytes(kept)
    layout_check.hold(shop.project, signed)


def test_blob_written_a_moment_ago_is_read_again(
    shop: Shop, signed: Manifest, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its times could stay the same with the next change."""
    monkeypatch.setattr(layout_check, "SETTLED_NS", 3_600_000_000_000)  # a loaded machine's moment
    layout_check.hold(shop.project, signed)
    first = len(read)
    layout_check.hold(shop.project, signed)
    assert len(read) == 2 * first


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("content", [b"", b"[", b"[1]", b'{"a": []}'])
def test_cache_that_is_damaged_is_made_again(shop: Shop, signed: Manifest, read: list[str], content: bytes) -> None:
    """It is never what decides."""
    layout_check.hold(shop.project, signed)
    (file,) = (shop.project.state / "cache/layouts").iterdir()
    assert file.name == f"{signed.digest.removeprefix('sha256:')}.json"
    file.write_bytes(content)
    first = len(read)
    layout_check.hold(shop.project, signed)
    assert len(read) == 2 * first


def test_release_without_its_layout_is_one_that_was_cloned(shop: Shop, signed: Manifest) -> None:
    """Git does not carry it: what runs are the engine's own copies, by digest."""
    shutil.rmtree(shop.root / "releases/0.1.1/oci")
    layout_check.hold(shop.project, signed)
