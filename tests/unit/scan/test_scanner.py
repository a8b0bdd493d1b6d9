"""A scan: packages, lists and advisories put together, and what is kept of it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dockgate.core.project import Project
from dockgate.core.secret import Secret
from dockgate.images import archive
from dockgate.scan import advisories, apt, external, leaks, scanner
from dockgate.scan.debian_lists import Candidate
from dockgate.scan.external import ScannerReport
from dockgate.scan.inventory import DebianPackage, Inventory, PythonPackage
from dockgate.scan.leaks import Leak, SecretDetectors
from dockgate.scan.python_packages import Answer, Judgement, Status
from dockgate.scan.sbom import bills, cyclonedx
from dockgate.scan.sbom.scanned_image import ScannedImage
from dockgate.scan.scanner import ImageReference
from dockgate.scan.verdict import Lists, OutdatedPackage, ScanFacts
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
    digest = layout.image([layer(files)], created="2026-01-02T03:04:05Z")
    file = layout.save(tmp_path / "image.tar", digest)
    asked: list[str] = []

    @contextmanager
    def saved(_: Project, reference: str) -> Iterator[tuple[archive.Archive, Path]]:
        asked.append(reference)
        with archive.Archive(file) as opened:
            yield opened, file

    monkeypatch.setattr(archive, "saved", saved)
    skipped = Answer("pip-audit", unknown="skipped")
    monkeypatch.setattr(
        advisories, "ask", lambda _, packages: {(each.name, each.version): skipped for each in packages}
    )
    return [f"shop/api:1@{digest}", *asked]


SOUGHT = SecretDetectors((leaks.values({"PW": Secret("hunter2hunter2")}),), "key")


def test_scan_puts_everything_together(project: Project, fake_apt: FakeApt, engine: list[str]) -> None:
    """Scan puts everything together."""
    before = datetime.now(UTC)
    (verdict,) = scanner.scan(project, [ImageReference("api", engine[0])], SOUGHT)
    assert [finding.code for finding in verdict.findings] == ["DG551", "DG555", "DG558"]
    ssl = DebianPackage("libssl3t64", "3.5.1-1", "amd64", "openssl", "3.5.1-1")
    package = PythonPackage("a", "1", "", METADATA)
    releases = apt.root(project, "trixie", "amd64").releases()
    assert verdict.facts == ScanFacts(
        "api",
        engine[0].partition("@")[2],
        Inventory("", (ssl,), (package,), ()),
        Lists(releases, ()),
        (OutdatedPackage(ssl, Candidate("libssl3t64", "3.5.9-1", "trixie-security"), ("CVE-2026-1111",)),),
        (),
        (Judgement(package, Status.UNKNOWN, (), "pip-audit: skipped", ()),),
        (),
        (Leak("layer 1: etc/pw", "the value of PW"),),
    )
    assert [each.codename for each in releases] == ["trixie-security", "trixie-updates", "trixie"]
    assert abs(releases[0].date - before) < timedelta(hours=1)
    assert len([call for call in fake_apt.calls if "update" in call]) == 1


def test_scan_refuses_old_lists(project: Project, fake_apt: FakeApt, engine: list[str]) -> None:
    """Scan refuses old lists."""
    fake_apt.age = timedelta(days=8)
    (verdict,) = scanner.scan(project, [ImageReference("api", engine[0])], SecretDetectors())
    stale = [finding for finding in verdict.findings if finding.code == "DG550"]
    assert len(stale) == 3
    assert all(finding.message.endswith("is older than 7 days") for finding in stale)
    old = Project(project.root, "shop", {}, {"scan": {"max-age-days": 9}}, project.process)
    (verdict,) = scanner.scan(old, [ImageReference("api", engine[0])], SecretDetectors())
    assert "DG550" not in [finding.code for finding in verdict.findings]


def test_an_image_without_records_needs_no_lists(
    project: Project, fake_apt: FakeApt, engine: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each suite and architecture has lists of its own, and those are fetched once."""
    suites: list[tuple[str, str]] = []
    real = apt.root

    def root(given: Project, codename: str, architecture: str) -> apt.Root:
        suites.append((codename, architecture))
        return real(given, codename, architecture)

    monkeypatch.setattr(apt, "root", root)
    one = scanner.content(project, ImageReference("api", engine[0]), SOUGHT)
    images = {
        "a": replace(one, name="a", inventory=replace(one.inventory, codename="sid")),
        "b": replace(one, name="b", inventory=replace(one.inventory, debian=None)),
        "c": replace(one, name="c", architecture="arm64"),
        "d": replace(one, name="d", inventory=replace(one.inventory, codename="sid")),
    }
    monkeypatch.setattr(scanner, "content", lambda _, image, __: images[image.name])
    verdicts = scanner.scan(project, [ImageReference(name, name) for name in "abcd"], SOUGHT)
    assert suites == [("sid", "amd64"), ("trixie", "arm64")]
    assert [each.facts.name for each in verdicts] == ["a", "b", "c", "d"]
    assert (verdicts[1].facts.lists, verdicts[1].facts.behind, verdicts[1].facts.unlisted) == (None, (), ())
    assert fake_apt.calls


def test_an_image_need_not_say_when_it_was_made(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor what it has been called by its digest."""
    layout = Layout()
    file = layout.save(tmp_path / "bare.tar", layout.image([layer({"a": b"b"})]))

    @contextmanager
    def saved(*_: object) -> Iterator[tuple[archive.Archive, Path]]:
        with archive.Archive(file) as opened:
            yield opened, file

    monkeypatch.setattr(archive, "saved", saved)
    assert scanner.content(project, ImageReference("api", "api:1"), SOUGHT).created == ""


def test_where_another_scanner_is_installed_it_reads_the_archive(
    project: Project, engine: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nothing that is kept stands in for it."""
    image = ImageReference("api", engine[0])
    before = scanner.content(project, image, SOUGHT)
    given: list[tuple[object, ...]] = []
    reports = (ScannerReport("trivy"),)

    def run(*words: object) -> tuple[ScannerReport, ...]:
        given.append(words)
        return reports

    monkeypatch.setattr(external, "installed", lambda _: {"trivy": "/t"})
    monkeypatch.setattr(external, "run", run)
    assert scanner.content(project, image, SOUGHT) == replace(before, reports=reports)
    assert given == [(project, {"trivy": "/t"}, tmp_path / "image.tar")]


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
    assert (before.name, before.created, before.architecture) == ("api", "2026-01-02T03:04:05Z", "amd64")
    monkeypatch.setattr(archive, "saved", lambda *_: pytest.fail("read again"))
    assert scanner.content(project, image, SOUGHT) == before
    with pytest.raises(pytest.fail.Exception):
        scanner.content(project, image, SecretDetectors(key="another secret"))


def test_bills_are_made_of_what_the_scan_kept(
    project: Project, engine: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bills are made of what the scan kept."""
    scanner.content(project, ImageReference("api", engine[0]), SOUGHT)
    monkeypatch.setattr(archive, "saved", lambda *_: pytest.fail("read again"))
    found = bills.documents(project, ImageReference("api", engine[0]), SOUGHT)
    document = json.loads(found[cyclonedx.MEDIA_TYPE])
    assert {component["name"] for component in document["components"]} == {"libssl3t64", "a"}
    assert document["metadata"]["timestamp"] == "2026-01-02T03:04:05+00:00"
    content = scanner.content(project, ImageReference("api", engine[0]), SOUGHT)
    subject = bills.subject(project, ImageReference("api", engine[0]), SOUGHT)
    assert subject == ScannedImage("api", content.digest, "amd64", subject.created, content.inventory)
    monkeypatch.setattr(scanner, "content", lambda *_: replace(content, created=""))
    before = datetime.now(UTC)
    assert before <= bills.subject(project, ImageReference("api", engine[0]), SOUGHT).created <= datetime.now(UTC)
