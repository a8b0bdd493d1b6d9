"""Bills of materials, against their formats' own validators."""

from __future__ import annotations

import json
import re
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from dockgate.core.errors import DockgateError
from dockgate.scan.inventory import DebianPackage, Inventory, PythonPackage, VendoredLibrary
from dockgate.scan.sbom import cyclonedx, scanned_image
from dockgate.scan.sbom.scanned_image import ScannedImage
from tests import said

DIGEST = "sha256:" + "a" * 64
SUBJECT = ScannedImage(
    "dockgate/api",
    DIGEST,
    "amd64",
    datetime(2026, 11, 21, 9, tzinfo=UTC),
    Inventory(
        "trixie",
        (
            DebianPackage("libc6", "2.41-12+deb13u5", "amd64", "glibc", "2.41-12+deb13u5"),
            DebianPackage("tar", "1.35+dfsg-3.1", "amd64", "tar", "1.35+dfsg-3"),
        ),
        (
            PythonPackage("asyncpg", "0.30.0", "Apache-2.0", "x"),
            PythonPackage("odd", "1", "Some own licence, see file", "x"),
        ),
        (VendoredLibrary("usr/lib/a.libs/libssl.so.3", "OpenSSL 3.5.1"),),
    ),
)


def test_cyclonedx_names_every_package_with_its_url() -> None:
    """Cyclonedx names every package with its url."""
    text = cyclonedx.document(SUBJECT)
    said.hold(Path(__file__).with_name("bill.txt"), text.splitlines())
    document = json.loads(text)
    assert document["metadata"]["component"]["purl"] == str(SUBJECT.purl)
    assert (document["specVersion"], document["metadata"]["component"]["version"]) == ("1.6", DIGEST)
    assert document["metadata"]["component"]["type"] == "container"
    tools = document["metadata"]["tools"]["components"]
    assert [(tool["name"], tool["type"]) for tool in tools] == [("dockgate", "application")]
    parts = {component["bom-ref"] for component in document["components"]}
    needs = {each["ref"]: {*each.get("dependsOn", ())} for each in document["dependencies"]}
    assert needs == {str(SUBJECT.purl): parts, **{part: set[str]() for part in parts}}
    [file] = [component for component in document["components"] if component["type"] == "file"]
    assert file == {
        "bom-ref": "file:usr/lib/a.libs/libssl.so.3",
        "name": "usr/lib/a.libs/libssl.so.3",
        "properties": [{"name": "dockgate:vendored", "value": "OpenSSL 3.5.1"}],
        "type": "file",
    }
    assert {component.get("purl", component["name"]) for component in document["components"]} == {
        "pkg:deb/debian/libc6@2.41-12%2Bdeb13u5?arch=amd64&distro=trixie&upstream=glibc",
        "pkg:deb/debian/tar@1.35%2Bdfsg-3.1?arch=amd64&distro=trixie&upstream=tar%401.35%2Bdfsg-3",
        "pkg:pypi/asyncpg@0.30.0",
        "pkg:pypi/odd@1",
        "usr/lib/a.libs/libssl.so.3",
    }


def test_an_image_of_no_known_suite_is_debians() -> None:
    """Scanners need one; an image's own address has its last part, in small letters."""
    bare = replace(SUBJECT, name="Registry/Shop/API", inventory=replace(SUBJECT.inventory, codename=""))
    [libc, _] = bare.inventory.debian or ()
    purl = "pkg:deb/debian/libc6@2.41-12%2Bdeb13u5?arch=amd64&distro=debian&upstream=glibc"
    assert str(bare.debian_purl(libc)) == purl
    assert str(bare.purl) == f"pkg:oci/api@{DIGEST}?arch=amd64".replace("sha256:", "sha256:")
    assert bare.serial == uuid.uuid5(scanned_image.NAMESPACE, f"Registry/Shop/API@{DIGEST}")


def test_cyclonedx_validation_refuses_what_the_schema_does_not_know() -> None:
    """Cyclonedx validation refuses what the schema does not know."""
    document = json.loads(cyclonedx.document(SUBJECT))
    document["components"][0]["colour"] = "red"
    with pytest.raises(DockgateError) as caught:
        cyclonedx.validate(json.dumps(document))
    start = "the CycloneDX document does not match its schema: "
    assert caught.value.what.startswith(start)
    assert 0 < len(caught.value.what.removeprefix(start)) <= 500


def test_no_bill_has_an_address_whose_form_nobody_checks() -> None:
    """What checks IRIs is left out: docs/decisions/left-out.md."""
    assert not re.search(r'"(url|externalReferences)"', cyclonedx.document(SUBJECT))


def test_same_digest_same_bytes_other_digest_other_serial() -> None:
    """Same digest same bytes other digest other serial."""
    assert cyclonedx.document(SUBJECT) == cyclonedx.document(SUBJECT)
    assert cyclonedx.document(SUBJECT) != cyclonedx.document(replace(SUBJECT, digest="sha256:" + "b" * 64))
