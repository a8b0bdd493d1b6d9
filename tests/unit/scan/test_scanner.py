"""A scan: packages, lists and advisories put together, and what is kept of it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from dockgate.core.project import Project
from dockgate.core.secret import Secret
from dockgate.images import archive
from dockgate.scan import advisories, apt, inventory_cache, leaks, scanner
from dockgate.scan.inventory import DebianPackage, Inventory, PythonPackage, VendoredLibrary
from dockgate.scan.leaks import Leak, SecretDetectors
from dockgate.scan.python_packages import Answer
from dockgate.scan.sbom import bills, cyclonedx
from dockgate.scan.scanner import ImageReference
from tests.unit.ocilayout import Layout, layer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.unit.scan.archives import FakeApt


STATUS = b"Package: libssl3t64\nArchitecture: amd64\nSource: openssl\nVersion: 3.5.1-1\n"


METADATA = "usr/lib/python3.13/site-packages/a-1.dist-info/METADATA"


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Stand in for the engine with one image; return the references that it was asked for."""
    layout = Layout()
    files = {
        "var/lib/dpkg/status.d/libssl3t64": STATUS,
        METADATA: b"Name: a\nVersion: 1\n",
        "etc/pw": b"hunter2hunter2",
    }
    digest = layout.image([layer(files)])
    file = layout.save(tmp_path / "image.tar", digest)
    asked: list[str] = []

    @contextmanager
    def saved(_: Project, reference: str) -> Iterator[tuple[archive.Archive, Path]]:
        asked.append(reference)
        with archive.Archive(file) as opened:
            yield opened, file

    monkeypatch.setattr(archive, "saved", saved)
    monkeypatch.setattr(advisories, "ask", lambda *_: {("a", "1"): Answer("pip-audit", unknown="skipped")})
    return [f"shop/api:1@{digest}", *asked]


SOUGHT = SecretDetectors((leaks.values({"PW": Secret("hunter2hunter2")}),), "key")


def test_scan_puts_everything_together(project: Project, fake_apt: FakeApt, engine: list[str]) -> None:
    """Scan puts everything together."""
    (verdict,) = scanner.scan(project, [ImageReference("api", engine[0])], SOUGHT)
    assert [finding.code for finding in verdict.findings] == ["DG551", "DG555", "DG558"]
    assert "CVE-2026-1111" in verdict.findings[0].message
    assert not verdict.passed
    assert fake_apt.calls


def test_scan_refuses_old_lists(project: Project, fake_apt: FakeApt, engine: list[str]) -> None:
    """Scan refuses old lists."""
    fake_apt.age = timedelta(days=8)
    (verdict,) = scanner.scan(project, [ImageReference("api", engine[0])], SecretDetectors())
    stale = [finding for finding in verdict.findings if finding.code == "DG550"]
    assert len(stale) == 3


@pytest.mark.parametrize("part", ["InRelease", "main_binary-amd64_Packages"])
@pytest.mark.parametrize("codename", ["trixie-security", "trixie-updates", "trixie"])
def test_scan_refuses_lists_that_are_not_all_there(
    project: Project, fake_apt: FakeApt, engine: list[str], codename: str, part: str
) -> None:
    """A mirror without the security archive must not make its fixes look as if there were none."""
    root = apt.root(project, "trixie", "amd64")
    (root.folder / "lists" / f"mirror_dists_{codename}_{part}").unlink()
    (verdict,) = scanner.scan(project, [ImageReference("api", engine[0])], SecretDetectors())
    assert [each.message for each in verdict.findings if each.code == "DG550"] == [
        f"package lists: {codename} is missing"
    ]
    assert not verdict.passed
    assert fake_apt.calls


def test_package_that_its_suite_does_not_have_blocks(
    project: Project, fake_apt: FakeApt, engine: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Package that its suite does not have blocks."""
    content = b"Package: libssl3t64\nVersion: 3.0\n"
    suites = ("trixie", "trixie-updates", "trixie-security")
    monkeypatch.setattr(apt.Root, "packages", lambda _: dict.fromkeys(suites, (content,)))
    (verdict,) = scanner.scan(project, [ImageReference("api", engine[0])], SecretDetectors())
    assert [finding.code for finding in verdict.findings] == ["DG555", "DG559"]
    assert fake_apt.calls


def test_folder_of_advisories_is_asked_too(project: Project, fake_apt: FakeApt, engine: list[str]) -> None:
    """Folder of advisories is asked too."""
    folder = project.root / "osv"
    folder.mkdir()
    affected = {"package": {"name": "a", "ecosystem": "PyPI"}, "versions": ["1"]}
    (folder / "a.json").write_text(json.dumps({"id": "PYSEC-1", "affected": [affected]}))
    settings = {"scan": {"advisories": "osv"}}
    (verdict,) = scanner.scan(
        Project(project.root, "shop", {}, settings, project.process),
        [ImageReference("api", engine[0])],
        SecretDetectors(),
    )
    assert "DG553" in [finding.code for finding in verdict.findings]
    assert fake_apt.calls


def test_image_is_read_once_for_each_digest_and_what_is_sought(
    project: Project, engine: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Image is read once for each digest and what is sought."""
    image = ImageReference("api", engine[0])
    before = scanner.content(project, image, SOUGHT)
    assert [leak.place for leak in before.leaks] == ["layer 1: etc/pw"]
    monkeypatch.setattr(archive, "saved", lambda *_: pytest.fail("read again"))
    assert scanner.content(project, image, SOUGHT) == before
    with pytest.raises(pytest.fail.Exception):
        scanner.content(project, image, SecretDetectors(key="another secret"))


def test_what_is_kept_reads_back(project: Project) -> None:
    """What is kept reads back."""
    found = Inventory(
        "trixie",
        (DebianPackage("a", "1", "amd64", "a", "1"),),
        (PythonPackage("b", "2", "MIT", "p"),),
        (VendoredLibrary("c", "OpenSSL 3"),),
    )
    for each in (found, Inventory("", None, (), ())):
        made = inventory_cache.ScanCacheEntry(
            "sha256:1", "amd64", "2026-01-01T00:00:00Z", each, (Leak("history", "private key"),)
        )
        inventory_cache.write(project, "none", made)
        assert inventory_cache.read(project, "sha256:1", "none") == made
        assert inventory_cache.read(project, "sha256:1", "other") is None
    (file,) = (project.state / "cache/scan").iterdir()
    file.write_text("{}")
    assert inventory_cache.read(project, "sha256:1", "none") is None


def test_bills_are_made_of_what_the_scan_kept(
    project: Project, engine: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bills are made of what the scan kept."""
    scanner.content(project, ImageReference("api", engine[0]), SOUGHT)
    monkeypatch.setattr(archive, "saved", lambda *_: pytest.fail("read again"))
    found = bills.documents(project, ImageReference("api", engine[0]), SOUGHT)
    names = {component["name"] for component in json.loads(found[cyclonedx.MEDIA_TYPE])["components"]}
    assert names == {"libssl3t64", "a"}
