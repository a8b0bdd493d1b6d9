"""What the provenance of an image has to say: this image, built from this commit."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.release.artifact import attestations, slsa
from dockgate.release.artifact.manifest import ReleasedImage

if TYPE_CHECKING:
    from pathlib import Path

COMMIT, OTHER = "c" * 40, "d" * 40
PLATFORM = f"sha256:{'1' * 64}"
KIND, TYPE = "vnd.docker.reference.type", "in-toto.io/predicate-type"


def blob(layout: Path, document: Any) -> str:
    data = json.dumps(document).encode()
    name = hashlib.sha256(data).hexdigest()
    (layout / "blobs/sha256").mkdir(parents=True, exist_ok=True)
    (layout / "blobs/sha256" / name).write_bytes(data)
    return f"sha256:{name}"


def statement(digest: str, *dependencies: Any, metadata: Any = None) -> dict[str, Any]:
    return {
        "subject": [{"digest": {"sha256": digest.removeprefix("sha256:")}}],
        "predicate": {
            "buildDefinition": {"resolvedDependencies": list(dependencies)} if dependencies else {},
            "runDetails": {"metadata": metadata or {}},
        },
    }


def commit(name: str) -> dict[str, Any]:
    return {"digest": {"gitCommit": name}}


def found(layout: Path, theirs: Any = None, ours: Any = None) -> list[str]:
    """Return the problems of an image whose BuildKit, and whose release, say this about it."""
    layers = [{"annotations": {TYPE: "other"}, "digest": "sha256:none"}, {"digest": "sha256:none"}]
    layers += [{"annotations": {TYPE: slsa.PREDICATE}, "digest": blob(layout, theirs)}] if theirs else []
    attested = blob(layout, {"layers": layers})
    manifests = [{"digest": PLATFORM}, {"annotations": {KIND: "attestation-manifest"}, "digest": attested}]
    index = blob(layout, {"manifests": manifests})
    bills = {slsa.MEDIA_TYPE: blob(layout, ours or statement(index, {"name": "x"}, commit(COMMIT)))}
    image = ReleasedImage("api", "API_IMAGE", "api:1", index, PLATFORM, 1, 1, bills)
    return [each.replace(index, "INDEX") for each in attestations.problems(layout, image, COMMIT)]


def vcs(revision: str) -> dict[str, Any]:
    return statement(PLATFORM, metadata={"buildkit_metadata": {"vcs": {"revision": revision}}})


@pytest.mark.parametrize(
    "theirs",
    [
        None,
        statement(PLATFORM),
        statement(PLATFORM, {"digest": {"sha256": "x"}}, commit(COMMIT)),
        vcs(COMMIT),
        vcs(f"{COMMIT}-dirty"),  # a file that git ignores
    ],
)
def test_what_fits(tmp_path: Path, theirs: Any) -> None:
    """BuildKit without git names no commit."""
    assert found(tmp_path, theirs) == []


@pytest.mark.parametrize("theirs", [statement(PLATFORM, commit(OTHER), commit(COMMIT)), vcs(OTHER)])
def test_another_commit(tmp_path: Path, theirs: Any) -> None:
    """The first one that is named counts."""
    said = "api was built from cccccccccccc, says the manifest, and its provenance says dddddddddddd"
    assert found(tmp_path, theirs) == [said]


def test_another_image(tmp_path: Path) -> None:
    """Also one of several that it is about, and one of another algorithm."""
    other = f"sha256:{'2' * 64}"
    assert found(tmp_path, statement(other)) == [f"api is {PLATFORM}, and its provenance is about {other}"]
    several = statement(PLATFORM)
    several["subject"].append({"digest": {"sha512": "x"}})
    said = f"api is {PLATFORM}, and its provenance is about {PLATFORM}, sha256:"
    assert found(tmp_path, several) == [said]
    assert found(tmp_path, ours=statement(PLATFORM)) == [f"api is INDEX, and its provenance is about {PLATFORM}"]


def test_no_provenance(tmp_path: Path) -> None:
    image = ReleasedImage("api", "API_IMAGE", "api:1", PLATFORM, PLATFORM, 1, 1, {})
    assert [*attestations.problems(tmp_path, image, COMMIT)] == ["api has no provenance"]


def test_an_image_without_an_index_has_none_of_buildkit(tmp_path: Path) -> None:
    """What we attest about it is all that there is."""
    plain = blob(tmp_path, {"config": {}, "layers": []})
    bills = {slsa.MEDIA_TYPE: blob(tmp_path, statement(plain, commit(COMMIT)))}
    image = ReleasedImage("api", "API_IMAGE", "api:1", plain, plain, 1, 1, bills)
    assert [*attestations.problems(tmp_path, image, COMMIT)] == []
