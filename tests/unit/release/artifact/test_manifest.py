"""The manifest of a release: the bytes that are signed, what is read of them, and what is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.core.errors import ConfigError, FindingsError
from dockgate.release.artifact import manifest
from dockgate.release.artifact.manifest import Manifest, Migration, ReleasedImage
from dockgate.release.protocols import BuiltIn

if TYPE_CHECKING:
    from pathlib import Path

ONE, TWO = (f"sha256:{each * 64}" for each in "12")
API = ReleasedImage("api", "API_IMAGE", f"shop/api:1.1.0@{ONE}", ONE, TWO, 2, 1, {"application/json": TWO})
DATABASE = ReleasedImage(
    "db", "DB_IMAGE", f"shop/db:1.0.0@{TWO}", TWO, ONE, 4, 3, {}, built_in=BuiltIn("1.0.0", "c0ffee")
)
MADE = Manifest(
    project="shop",
    version="1.1.0",
    commit="c" * 40,
    created="2026-11-23T10:00:00+00:00",
    images=(API, DATABASE),
    migrations=(Migration("0001_größe", destructive=True),),
    base={"reference": "base:1"},
    locks={"app.lock": ONE},
    tools={"docker": "28"},
    budgets={"api layers": {"limit": 4}},
    scan={"verdicts": []},
    rehearsal={"seconds": 1.5},
    published={"kind": "registry", "registry": "r.test:5000"},
    key="SHA256:x",
)
DOCUMENT: dict[str, Any] = {
    "base": {"reference": "base:1"},
    "budgets": {"api layers": {"limit": 4}},
    "commit": "c" * 40,
    "created": "2026-11-23T10:00:00+00:00",
    "images": [
        {
            "attestations": {"application/json": TWO},
            "bytes": 2,
            "compressed": 1,
            "digest": ONE,
            "name": "api",
            "platform_digest": TWO,
            "reference": f"shop/api:1.1.0@{ONE}",
            "variable": "API_IMAGE",
        },
        {
            "attestations": {},
            "built_in": {"commit": "c0ffee", "version": "1.0.0"},
            "bytes": 4,
            "compressed": 3,
            "digest": TWO,
            "name": "db",
            "platform_digest": ONE,
            "reference": f"shop/db:1.0.0@{TWO}",
            "variable": "DB_IMAGE",
        },
    ],
    "key": "SHA256:x",
    "locks": {"app.lock": ONE},
    "migrations": [{"destructive": True, "name": "0001_größe"}],
    "project": "shop",
    "published": {"kind": "registry", "registry": "r.test:5000"},
    "rehearsal": {"seconds": 1.5},
    "scan": {"verdicts": []},
    "schema": 1,
    "slsa": "1 (provenance exists and is authenticated; the builder is not a hosted service)",
    "tools": {"docker": "28"},
    "version": "1.1.0",
}


def test_what_is_signed_is_the_same_bytes_each_time() -> None:
    """Sorted, indented by one, in UTF-8; an image that the release built itself names no earlier one."""
    data = (json.dumps(DOCUMENT, indent=1, ensure_ascii=False) + "\n").encode()
    assert MADE.data() == data
    assert manifest.parse(data, "x") == MADE
    assert MADE.digest == manifest.digest(data)


def test_images_have_their_names_here_and_in_a_registry() -> None:
    """Each with its digest."""
    assert MADE.variables() == {"API_IMAGE": f"shop/api:1.1.0@{ONE}", "DB_IMAGE": f"shop/db:1.0.0@{TWO}"}
    assert MADE.in_registry() == {
        "API_IMAGE": f"r.test:5000/shop/api@{ONE}",
        "DB_IMAGE": f"r.test:5000/shop/db@{TWO}",
    }
    assert replace(MADE, published={"kind": "oci-layout", "path": "releases/1.1.0/oci"}).in_registry() == {}
    assert (API.tag, API.pushed) == ("shop/api:1.1.0", "shop/api")
    assert manifest.message("1.1.0") == "Manifest of release 1.1.0"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema": 2}, "has schema 2; this Dockgate knows 1"),
        ({"surprise": 1}, "is not a release manifest: Object contains unknown field `surprise`"),
        (
            {"images": [{**DOCUMENT["images"][0], "reference": f"shop/api@{TWO}"}]},
            "api is not pinned by its digest",
        ),
        (
            {"images": [{**DOCUMENT["images"][0], "digest": "sha256:1", "reference": "shop/api@sha256:1"}]},
            "api is not pinned by its digest",
        ),
    ],
)
def test_what_dockgate_does_not_write_is_refused(change: dict[str, Any], said: str) -> None:
    """With its place."""
    with pytest.raises(FindingsError) as caught:
        manifest.parse(json.dumps(DOCUMENT | change).encode(), "releases/1.1.0/manifest.json")
    assert str(caught.value) == f"releases/1.1.0/manifest.json: {said}"


def test_a_release_s_folder_is_a_version_s(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        manifest.folder(tmp_path, "../../etc")


def test_a_release_is_read_with_its_signature(tmp_path: Path) -> None:
    """Where it is not there, those that are there are named, in the order of versions."""
    with pytest.raises(ConfigError) as caught:
        manifest.load(tmp_path, "1.1.0")
    assert str(caught.value) == "there is no release 1.1.0 here\n  → inv releases lists them: none yet"
    for name in ("1.10.0", "1.9.0", "1.10.0-rc.1", "latest", "1.0.0+build"):
        (tmp_path / "releases" / name).mkdir(parents=True)
        (tmp_path / "releases" / name / "manifest.json").write_bytes(MADE.data())
    (tmp_path / "releases/2.0.0").mkdir()
    assert manifest.listed(tmp_path) == ("1.9.0", "1.10.0-rc.1", "1.10.0")
    with pytest.raises(ConfigError, match=r"lists them: 1\.9\.0, 1\.10\.0-rc\.1, 1\.10\.0$"):
        manifest.load(tmp_path, "1.1.0")
    with pytest.raises(FindingsError) as unsigned:
        manifest.load(tmp_path, "1.9.0")
    assert str(unsigned.value) == "releases/1.9.0/manifest.json: is not signed: unsigned releases do not exist"
    (tmp_path / "releases/1.9.0/manifest.json.sig").write_text("signed")
    assert manifest.load(tmp_path, "1.9.0") == (MADE, MADE.data(), "signed")
    (tmp_path / "releases/1.9.0/manifest.json").write_text("[")
    with pytest.raises(FindingsError, match=r"^releases/1\.9\.0/manifest\.json: is not a release manifest: "):
        manifest.load(tmp_path, "1.9.0")
