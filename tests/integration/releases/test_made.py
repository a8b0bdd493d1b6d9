"""Releases for real: built, rehearsed, signed, promoted, run, rolled back, carried elsewhere."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.integration import engine_facts
from tests.integration.releases.facts import SLSA

if TYPE_CHECKING:
    from tests.integration.shop import Shop


PASSWORD = "a long enough passphrase for a test"


def test_release_is_made_rehearsed_and_verifies(shop: Shop, first: dict[str, Any]) -> None:
    """One command gives a signed set of digests; nothing of the rehearsal is left."""
    assert {step["outcome"] for step in first["steps"]} == {"done"}
    assert shop.copy.json("releases.verify", "1.0.0")["good"]
    assert shop.git("rev-parse", "v1.0.0^{commit}").strip() == first["commit"]
    assert shop.git("status", "--porcelain") == ""
    document = json.loads((shop.root / "releases/1.0.0/manifest.json").read_text())
    assert document["rehearsal"]["smoke"]
    assert engine_facts.left(f"{shop.name}-prod-rehearsal-1-0-0") == []
    kinds = {kind for image in document["images"] for kind in image["attestations"]}
    assert kinds == {"application/vnd.cyclonedx+json", "application/vnd.in-toto+json"}


def test_buildkit_provenance_is_in_each_index(shop: Shop, first: dict[str, Any]) -> None:
    """Every image carries SLSA provenance v1 from BuildKit, attached to what runs."""
    blobs = shop.root / "releases/1.0.0/oci/blobs"

    def blob(digest: str) -> dict[str, Any]:
        return dict(json.loads((blobs / digest.replace(":", "/")).read_text()))

    for image in first["images"]:
        entries = blob(image["digest"])["manifests"]
        (attached,) = [each for each in entries if "vnd.docker.reference.digest" in each.get("annotations", {})]
        layers = blob(attached["digest"])["layers"]
        assert [layer["annotations"]["in-toto.io/predicate-type"] for layer in layers] == [SLSA], image["name"]


def test_prod_takes_only_what_ran_in_staging(shop: Shop, first: dict[str, Any]) -> None:
    """A release that never ran in staging is refused for production."""
    if "prod" in shop.copy.json("releases")["releases"][0]["environments"]:
        pytest.skip("it ran already: this test is about the time before")
    document = shop.copy.json("promote", "--to=prod", f"--version={first['version']}", code=3)
    assert "staging" in document["error"]["message"]


def _ids(shop: Shop) -> dict[str, set[str]]:
    """Return the ids of production's containers by service."""
    stack = engine_facts.containers(f"{shop.name}-prod")
    return {service: {each["Id"] for each in found} for service, found in stack.items()}


def test_two_releases_and_back(shop: Shop, running: str) -> None:
    """The version changes and returns through the gateway, accounts stay, and so does each container that can."""
    assert shop.version("prod") == running
    client = shop.client("prod")
    with client.http:
        assert client.post("/api/accounts", email="a@b.example", password=PASSWORD).status_code == httpx.codes.ACCEPTED
    before = _ids(shop)
    file = shop.root / "docker/gateway/site.conf"
    file.write_text(file.read_text() + "# another image\n")
    shop.change("a visible change")
    second = shop.copy.json("release", "--bump=minor")["version"]
    for environment in ("staging", "prod"):
        shop.copy.inv("promote", f"--to={environment}", f"--version={second}")
        shop.copy.inv("up", f"--env={environment}")
    assert (second, shop.version("prod")) == ("1.1.0", "1.1.0")
    after = _ids(shop)
    assert {name for name in before if before[name] == after[name]} == {"postgres", "valkey"}
    back = shop.copy.json("rollback", "--env=prod")
    assert (back["from"], back["version"], shop.version("prod")) == ("1.1.0", running, running)
    assert {name for name, ids in _ids(shop).items() if before[name] == ids} == {"postgres", "valkey"}
    client = shop.client("prod")
    with client.http:
        assert client.login("a@b.example", PASSWORD).status_code == httpx.codes.OK


def test_images_are_carried_to_an_engine_without_them(shop: Shop, running: str) -> None:
    """The layout brings the very digests back after the images are gone."""
    shop.copy.inv("down", "--env=prod", "--confirm=prod")
    shop.copy.inv("down", "--env=staging")
    tags = engine_facts.docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}", f"{shop.name}/*").split()
    engine_facts.docker("image", "rm", "--force", *tags)
    document = shop.copy.json("up", "--env=staging", code=5)
    assert "releases.load" in document["error"]["fix"]
    promote = ("promote", "--to=staging", f"--version={running}")
    shop.copy.inv(*promote, code=5)
    shop.copy.inv("releases.load", running)
    assert "is older than" in shop.copy.inv(*promote, code=3).stderr
    shop.copy.inv(*promote, "--reason=a test")
    shop.copy.inv("up", "--env=staging")
    assert shop.version("staging") == running
