"""The pure parts of a release: versions, changelog, budgets, migrations, refusals, layouts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from semver import Version

from dockgate.core.errors import ConfigError, FindingsError
from dockgate.release import version
from dockgate.release.artifact import layout, manifest, slsa
from dockgate.release.artifact.manifest import Manifest, Migration, ReleasedImage
from dockgate.release.promotion import migrations
from tests.unit.ocilayout import Layout, layer

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("before", "part", "after"),
    [
        ("1.2.3", "patch", "1.2.4"),
        ("1.2.3", "minor", "1.3.0"),
        ("1.2.3", "major", "2.0.0"),
        ("1.2.3-rc.1", "patch", "1.2.3"),
        ("1.3.0-rc.1", "minor", "1.3.0"),
        ("1.2.3-rc.1", "minor", "1.3.0"),
    ],
)
def test_bump(before: str, part: str, after: str) -> None:
    """Bump."""
    assert str(version.bump(version.parse(before), part)) == after


def test_versions_are_ordered_by_semver() -> None:
    """Versions are ordered by semver."""
    ordered = [
        "0.9.0",
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0-rc.1",
        "1.0.0",
        "1.10.0",
    ]
    assert [str(each) for each in sorted(map(version.parse, reversed(ordered)))] == ordered


@pytest.mark.parametrize("text", ["1.2", "v1.2.3", "01.2.3", "1.2.3+build", "../x", ""])
def test_what_is_no_version(text: str) -> None:
    """What is no version."""
    with pytest.raises(ConfigError):
        version.parse(text)


def test_version_is_written_in_its_own_table_only() -> None:
    """Version is written in its own table only."""
    text = '[tool.x]\nversion = "9.9.9"\n[project]\nname = "a"\nversion = "0.1.0" # ours\n[tool.y]\nversion = "8.8.8"\n'
    written = version.written(text, "pyproject.toml", Version(0, 2, 0))
    assert written == text.replace("0.1.0", "0.2.0")


def test_version_that_cannot_be_set_is_refused_not_guessed() -> None:
    """Version that cannot be set is refused not guessed."""
    with pytest.raises(ConfigError):
        version.written('[project]\nname = "a"\n[tool.y]\nversion = "1.0.0"\n', "pyproject.toml", Version(2, 0, 0))


DIGEST = "sha256:" + "a" * 64
API = ReleasedImage("api", "API_IMAGE", f"shop/api:1.0.0@{DIGEST}", DIGEST, DIGEST, 100, 50, {})


def test_going_below_a_destructive_migration_is_refused_with_the_way_out() -> None:
    """Going below a destructive migration is refused with the fix."""
    one, two, three = (
        Migration("1", destructive=True),
        Migration("2", destructive=False),
        Migration("3", destructive=True),
    )
    migrations.check([one, two], [one], "1.0.0")
    with pytest.raises(FindingsError, match=r"1\.0\.0 does not know 3") as caught:
        migrations.check([one, two, three], [one, two], "1.0.0")
    assert "backup" in caught.value.fix


MANIFEST = Manifest(
    "shop",
    "1.0.0",
    "c" * 40,
    "2026-11-23T10:00:00+00:00",
    (API,),
    (),
    {},
    {},
    {},
    {},
    {"verdicts": []},
    {},
    {},
    "SHA256:x",
)


def test_manifest_reads_back_as_it_was_written() -> None:
    """Manifest reads back as it was written."""
    assert manifest.parse(MANIFEST.data(), "x") == MANIFEST
    assert MANIFEST.variables() == {"API_IMAGE": f"shop/api:1.0.0@{DIGEST}"}
    assert MANIFEST.images[0].tag == "shop/api:1.0.0"


@pytest.mark.parametrize(
    "change",
    [
        {"schema": 2},
        {"images": [{"name": "api"}]},
        {"surprise": 1},
        {"images": [{**json.loads(MANIFEST.data())["images"][0], "reference": "shop/api:latest"}]},
    ],
)
def test_manifest_that_is_not_ours_is_refused(change: dict[str, object]) -> None:
    """Manifest that is not ours is refused."""
    with pytest.raises(FindingsError):
        manifest.parse(json.dumps({**json.loads(MANIFEST.data()), **change}).encode(), "x")


def test_release_folder_takes_versions_only(tmp_path: Path) -> None:
    """Release folder takes versions only."""
    with pytest.raises(ConfigError):
        manifest.folder(tmp_path, "../../etc")


def saved(tmp_path: Path) -> tuple[str, Path]:
    made = Layout()
    digest = made.image([layer({"a": b"1"})])
    return digest, made.save(tmp_path / "saved.tar", digest)


def test_layout_has_the_image_by_name_and_its_documents_as_referrers(tmp_path: Path) -> None:
    """Layout has the image by name and its documents as referrers."""
    digest, archive = saved(tmp_path)
    place = tmp_path / "oci"
    layout.unpack(archive, place, {digest: "docker.io/shop/api:1.0.0"})
    document = layout.attach(place, digest, "application/vnd.cyclonedx+json", b"{}")
    first, second = sorted(layout.read_index(place), key=lambda entry: "annotations" not in entry)
    assert first["annotations"]["io.containerd.image.name"] == "docker.io/shop/api:1.0.0"
    referrer = json.loads((place / "blobs" / second["digest"].replace(":", "/")).read_text())
    assert referrer["subject"]["digest"] == digest
    assert referrer["layers"][0]["digest"] == document
    assert list(layout.problems(place, [digest, document])) == []


def test_layout_unpacked_again_after_a_cut_off_blob_is_whole(tmp_path: Path) -> None:
    """Layout unpacked again after a cut off blob is whole."""
    digest, archive = saved(tmp_path)
    place = tmp_path / "oci"
    layout.unpack(archive, place, {digest: "shop/api:1"})
    blob = place / "blobs" / digest.replace(":", "/")
    blob.write_bytes(blob.read_bytes()[:10])
    assert "was changed" in next(iter(layout.problems(place, [digest])))
    layout.unpack(archive, place, {digest: "shop/api:1"})
    assert list(layout.problems(place, [digest])) == []


def test_provenance_is_about_the_digest_and_says_what_went_in() -> None:
    """Provenance is about the digest and says what went in."""
    build = slsa.Build("c" * 40, "1.0.0", "2026-11-23T10:00:00+00:00", {"app.lock": DIGEST}, {"docker": "28"})
    document = json.loads(slsa.provenance("api", DIGEST, build))
    assert document["predicateType"] == "https://slsa.dev/provenance/v1"
    assert document["subject"] == [{"name": "api", "digest": {"sha256": "a" * 64}}]
    dependencies = document["predicate"]["buildDefinition"]["resolvedDependencies"]
    assert dependencies[0]["digest"] == {"gitCommit": "c" * 40}
    assert dependencies[1] == {"name": "app.lock", "digest": {"sha256": "a" * 64}}
