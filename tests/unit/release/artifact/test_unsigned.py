"""Only signed digests under signed names are loaded; everything else in a release's folder is reported."""

from __future__ import annotations

import json
import os
import tarfile
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core import project as projects
from dockgate.core.errors import FindingsError
from dockgate.release.artifact import load, manifest, unsigned, verify
from dockgate.release.signing import keys
from tests.unit.ocilayout import layer
from tests.unit.release.pipeline.shop import Shop

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FOREIGN = "docker.io/shop/valkey:cached"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    made = Shop(tmp_path / "shop", tmp_path / "home")
    made.release()
    return made


def place(shop: Shop) -> Path:
    return shop.root / "releases/0.1.1/oci"


def index(shop: Shop, change: Callable[[list[dict[str, Any]]], None]) -> None:
    document = json.loads((place(shop) / "index.json").read_text())
    change(document["manifests"])
    (place(shop) / "index.json").write_text(json.dumps(document))


def foreign(shop: Shop, name: str = FOREIGN) -> str:
    """Put an image of an attacker's into the layout, whole, under a name that development uses."""
    content = shop.store.content
    before = {*content.blobs}
    digest = content.image([layer({"evil": b"1"})])
    for path in {*content.blobs} - before:
        (place(shop) / path).write_bytes(content.blobs[path])
    size = (place(shop) / "blobs" / digest.replace(":", "/")).stat().st_size
    entry = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": digest, "size": size}
    index(shop, lambda entries: entries.append({**entry, "annotations": {"io.containerd.image.name": name}}))
    return digest


def test_nothing_but_signed_images_reaches_the_engine(shop: Shop) -> None:
    """Even where verification is left out: the tar is made from the manifest, not from the layout's index."""
    digest = foreign(shop)
    signed = manifest.load(shop.root, "0.1.1")[0]
    shop.store.images.clear()
    load.put(shop.project, place(shop), unsigned.names(signed), shop.store)
    assert set(shop.store.images.values()) == {image.digest for image in signed.images}
    assert digest not in shop.store.images.values()


def test_the_tar_holds_no_blob_of_a_foreign_image(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even one without a name, which could be given a name later."""
    digest = foreign(shop)
    seen: list[str] = []

    def look(file: Path) -> None:
        with tarfile.open(file) as tar:
            seen.extend(tar.getnames())

    monkeypatch.setattr(shop.store, "load", look)
    load.put(shop.project, place(shop), unsigned.names(manifest.load(shop.root, "0.1.1")[0]), shop.store)
    assert seen
    assert f"blobs/{digest.replace(':', '/')}" not in seen


@pytest.mark.parametrize("name", [FOREIGN, "docker.io/shop/api:0.1.1", "docker.io/dockgate/base:trixie"])
def test_a_foreign_image_is_reported_and_refused(shop: Shop, name: str) -> None:
    """Under a cached build's name, a signed image's own, or the base's."""
    digest = foreign(shop, name)
    report = shop.verify()
    assert [each.name for each in report.checks if each.ok is False] == ["content"]
    assert f"{digest} as {name}, which the manifest does not name" in report.first_problem
    with pytest.raises(FindingsError, match="does not verify"):
        load.load(shop.project, "0.1.1", shop.store)


def test_a_signed_image_under_another_name_is_reported(shop: Shop) -> None:
    """An old release's image could take the place of another service's."""

    def rename(entries: list[dict[str, Any]]) -> None:
        image = next(entry for entry in entries if "annotations" in entry)
        image["annotations"]["io.containerd.image.name"] = FOREIGN

    index(shop, rename)
    assert f"as {FOREIGN}, which the manifest does not name" in shop.verify().first_problem


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({}, "an entry without a digest as an unnamed entry"),
        ({"digest": "sha256:1", "annotations": None}, "sha256:1 as an unnamed entry"),
        ({"annotations": {"io.containerd.image.name": FOREIGN}}, f"an entry without a digest as {FOREIGN}"),
    ],
)
def test_an_entry_that_lacks_what_an_entry_has_is_reported(shop: Shop, entry: dict[str, Any], said: str) -> None:
    """By what there is of it."""
    index(shop, lambda entries: entries.append(entry))
    assert shop.verify().first_problem == f"content: the index has {said}, which the manifest does not name"


@pytest.mark.parametrize(
    "path",
    ["extra.txt", "oci/extra.json", "oci/blobs/sha256/" + "0" * 64, "oci/blobs/sha512/x", "oci/index.json.bak"],
)
def test_every_file_that_the_manifest_does_not_name_is_reported(shop: Shop, path: str) -> None:
    """In the release's folder and in its layout."""
    file = shop.root / "releases/0.1.1" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("x")
    assert shop.verify().first_problem == f"content: {path} is not part of the release"


@pytest.mark.parametrize("kind", ["file", "link"])
def test_a_layout_that_is_no_folder_is_reported(shop: Shop, kind: str) -> None:
    elsewhere = place(shop).rename(shop.root / "elsewhere")
    if kind == "file":
        place(shop).touch()
    else:
        place(shop).symlink_to(elsewhere)
    assert shop.verify().first_problem == "content: oci is not a folder"


@pytest.mark.parametrize("kind", ["none", "fifo", "folder", "link"])
@pytest.mark.parametrize("name", ["index.json", "oci-layout"])
def test_nothing_hides_behind_a_part_of_the_layout_that_is_no_file(shop: Shop, name: str, kind: str) -> None:
    """Without its index a layout was not looked into at all."""
    digest = foreign(shop)
    part = place(shop) / name
    part.rename(shop.root / "elsewhere")
    if kind == "fifo":
        os.mkfifo(part)
    elif kind == "folder":
        part.mkdir()
    elif kind == "link":
        part.symlink_to(shop.root / "elsewhere")
    problem = shop.verify().first_problem
    assert f"oci/blobs/{digest.replace(':', '/')} is not part of the release" in problem
    assert f"oci/{name}" in problem or kind == "none"


def test_a_link_in_the_place_of_a_blob_is_reported(shop: Shop, tmp_path: Path) -> None:
    """What it leads to can change after it was looked at."""
    blob = next((place(shop) / "blobs/sha256").iterdir())
    blob.rename(tmp_path / blob.name)
    blob.symlink_to(tmp_path / blob.name)
    assert f"oci/blobs/sha256/{blob.name} is not part of the release" in shop.verify().first_problem


def test_a_release_of_another_project_is_refused(shop: Shop) -> None:
    """One key may sign the releases of several projects."""
    text = (shop.root / "pyproject.toml").read_text()
    (shop.root / "pyproject.toml").write_text(
        text.replace('[tool.dockgate]\nname = "shop"', '[tool.dockgate]\nname = "bar"')
    )
    other = projects.load(shop.root, shop.project.process)
    with pytest.raises(FindingsError, match=r"release 0\.1\.1 is one of project shop, and this is bar"):
        verify.verify(other, "0.1.1", keys.public(other), None)
