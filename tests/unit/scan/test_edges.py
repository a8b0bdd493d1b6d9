"""The scan's edges with stand-ins for apt, the engine, the index and other scanners."""

from __future__ import annotations

import gzip
import io
import json
import os
import tarfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.errors import MissingToolError, ToolFailedError
from dockgate.core.location import Location
from dockgate.core.project import Environment, Project
from dockgate.core.secret import Secret
from dockgate.env.env_files import Assignment, Layer
from dockgate.images import archive, debian
from dockgate.images.debian import Archive as Mirror
from dockgate.scan import advisories, apt, external, inventory_cache, known_secrets, leaks, scanner
from dockgate.scan.inventory import DebianPackage, Inventory, PythonPackage, VendoredLibrary
from dockgate.scan.leaks import Leak, SecretDetectors
from dockgate.scan.python_packages import Answer
from dockgate.scan.sbom import bills, cyclonedx
from dockgate.scan.scanner import ImageReference
from dockgate.secrets import store as secret_store
from dockgate.secrets.fingerprints import digests
from dockgate.secrets.fingerprints import match as fingerprint_match
from dockgate.secrets.fingerprints.digests import DigestKind
from dockgate.system import process as processes
from dockgate.system.process import Result
from tests.unit.ocilayout import Layout, layer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.core.plan import Command

NOW = datetime.now(UTC)
CHANGELOG = (
    "openssl (3.5.9-1) trixie-security; urgency=high\n\n  * CVE-2026-1111\n\nopenssl (3.5.1-1) unstable; urgency=low\n"
)


def in_release(codename: str, age: timedelta = timedelta()) -> str:
    date = (NOW - age).strftime("%a, %d %b %Y %H:%M:%S UTC")
    until = (NOW - age + timedelta(days=30)).strftime("%a, %d %b %Y %H:%M:%S UTC")
    return f"Suite: {codename}\nCodename: {codename}\nDate: {date}\nValid-Until: {until}\n"


def deb() -> bytes:
    """Return the file system of a package that carries its changelog."""
    buffer = io.BytesIO()
    content = gzip.compress(CHANGELOG.encode())
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        info = tarfile.TarInfo("./usr/share/doc/libssl3t64/changelog.Debian.gz")
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


class FakeApt:
    """apt-get and dpkg-deb: `update` fills the lists, `download` leaves a package."""

    def __init__(self) -> None:
        self.age = timedelta()
        self.code = 0
        self.calls: list[tuple[str, ...]] = []

    def __call__(self, command: Command, **_: Any) -> Result:
        self.calls.append(command.argv)
        if "update" in command.argv and self.code == 0:
            assert command.cwd is not None
            for suite in ("trixie", "trixie-updates", "trixie-security"):
                stem = command.cwd / "lists" / f"mirror_dists_{suite}"
                version = "3.5.9-1" if suite == "trixie-security" else "3.5.1-1"
                Path(f"{stem}_InRelease").write_text(in_release(suite, self.age))
                Path(f"{stem}_main_binary-amd64_Packages").write_text(f"Package: libssl3t64\nVersion: {version}\n\n")
        elif "download" in command.argv:
            if not command.argv[-1].startswith("libssl3t64="):
                raise ToolFailedError("no such package")
            assert command.cwd is not None
            (command.cwd / "libssl3t64_3.5.9-1_amd64.deb").write_bytes(b"!<arch>")
        return Result(self.code, deb() if command.argv[0] == "dpkg-deb" else b"", b"", 0.1)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path, "shop", MappingProxyType({}), {}, {"PATH": os.environ["PATH"]})


@pytest.fixture
def fake_apt(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeApt:
    fake = FakeApt()
    (tmp_path / "keyring").touch()
    monkeypatch.setattr(apt, "KEYRING", tmp_path / "keyring")
    monkeypatch.setattr(processes, "run", fake)
    monkeypatch.setattr(debian, "required", lambda _: Mirror("http://mirror/debian", "http://mirror/security"))
    return fake


def test_apt_works_in_a_root_of_its_own_with_all_three_archives(project: Project, fake_apt: FakeApt) -> None:
    """Apt works in a root of its own with all three archives."""
    root = apt.root(project, "trixie", "amd64")
    sources = (root.folder / "etc/apt/debian.sources").read_text()
    assert "Suites: trixie trixie-updates\n" in sources
    assert "Suites: trixie-security\n" in sources
    assert sources.count("Signed-By:") == 2
    assert (root.folder / "etc/apt/debian.sources").stat().st_mode & 0o777 == 0o600
    options = [word for word in fake_apt.calls[0] if word.startswith("Dir::")]
    assert all(str(root.folder) in option or option.endswith("/dev/null") for option in options)
    assert {release.codename for release in root.releases()} == {"trixie", "trixie-updates", "trixie-security"}
    assert set(root.packages()) == {"trixie", "trixie-updates", "trixie-security"}


def test_lists_are_fetched_again_after_an_hour(project: Project, fake_apt: FakeApt) -> None:
    """Lists are fetched again after an hour."""
    root = apt.root(project, "trixie", "amd64")
    apt.root(project, "trixie", "amd64")
    assert len(fake_apt.calls) == 1
    past = time.time() - apt.REFRESH - 1
    os.utime(root.folder / "refreshed", (past, past))
    apt.root(project, "trixie", "amd64")
    assert len(fake_apt.calls) == 2


def test_mirror_that_does_not_answer_leaves_the_old_lists_or_is_an_error(project: Project, fake_apt: FakeApt) -> None:
    """Mirror that does not answer leaves the old lists or is an error."""
    fake_apt.code = 100
    with pytest.raises(ToolFailedError):
        apt.root(project, "trixie", "amd64")
    fake_apt.code = 0
    root = apt.root(project, "trixie", "amd64")
    (root.folder / "refreshed").unlink()
    fake_apt.code = 100
    assert len(apt.root(project, "trixie", "amd64").releases()) == 3


def test_without_debians_keys_nothing_is_trusted(
    project: Project, fake_apt: FakeApt, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without debians keys nothing is trusted."""
    monkeypatch.setattr(apt, "KEYRING", Path("/nowhere"))
    with pytest.raises(MissingToolError):
        apt.root(project, "trixie", "amd64")
    assert fake_apt.calls == []


def test_cves_come_from_the_changelog_in_the_package_once(project: Project, fake_apt: FakeApt) -> None:
    """Cves come from the changelog in the package once."""
    root = apt.root(project, "trixie", "amd64")
    assert apt.cves(root, "openssl", ["other", "libssl3t64"], "3.5.9-1", "3.5.1-1") == ("CVE-2026-1111",)
    downloads = len(fake_apt.calls)
    assert apt.cves(root, "openssl", ["libssl3t64"], "3.5.9-1", "3.5.9-1") == ()
    assert len(fake_apt.calls) == downloads
    assert apt.cves(root, "glibc", ["libc6"], "2.41-13", "2.41-12") is None


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


def test_pip_audit_that_cannot_start_is_unknown(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pip audit that cannot start is unknown."""

    def fail(*_: Any, **__: Any) -> Result:
        raise ToolFailedError("timed out after 120 s")

    monkeypatch.setattr(processes, "run", fail)
    assert advisories.ask(project, []) == {}
    (answer,) = advisories.ask(project, [PythonPackage("a", "1", "", "")]).values()
    assert answer.unknown == "timed out after 120 s"


def test_pip_audit_gets_the_machines_authorities(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pip audit gets the machines authorities."""
    seen: list[Command] = []

    def answer(command: Command, **_: Any) -> Result:
        seen.append(command)
        return Result(1, b"", b"Traceback\nConnectionError: nobody answers", 0.1)

    monkeypatch.setattr(processes, "run", answer)
    own = Project(project.root, "shop", {}, {}, {"SSL_CERT_FILE": "/etc/ca.pem"})
    (found,) = advisories.ask(own, [PythonPackage("a", "1", "", "")]).values()
    assert seen[0].env["REQUESTS_CA_BUNDLE"] == "/etc/ca.pem"
    assert found.unknown == "ConnectionError: nobody answers"


def test_installed_scanners_are_run_without_fetching_a_database(project: Project, tmp_path: Path) -> None:
    """Installed scanners are run without fetching a database."""
    program = tmp_path / "bin" / "grype"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\n[ "$GRYPE_DB_AUTO_UPDATE" = false ] && echo \'{"matches": []}\'\n')
    program.chmod(0o755)
    own = Project(project.root, "shop", {}, {}, {"PATH": f"{program.parent}:/bin:/usr/bin"})
    found = external.installed(own)
    assert found == {"grype": str(program)}
    assert external.run(own, found, tmp_path / "image.tar") == (external.ScannerReport("grype"),)
    program.write_text("#!/bin/sh\necho '{\"matches\": []}'; echo 'database is broken' >&2; exit 1\n")
    assert external.run(own, found, tmp_path / "image.tar")[0].problem == "database is broken"


def environment(name: str) -> Environment:
    return Environment(
        name, (), (), "", f"env/{name}.secrets.age", protected=True, endpoints=(), profiles=(), images={}
    )


def test_secrets_that_can_be_opened_are_sought_and_the_key_changes_with_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Secrets that can be opened are sought and the key changes with them."""
    project = Project(tmp_path, "shop", {"prod": environment("prod")}, {}, {})
    secret = Assignment(
        name="PW", value=Secret("hunter2hunter2"), origin=Location("x"), layer="secrets", raw="", interpolate=False
    )
    monkeypatch.setattr(secret_store, "layer", lambda *_, **__: Layer("secrets", "x", (secret,)))
    before = known_secrets.sought(project)
    found = [what for detect in before.detectors for what in detect(b"pw=hunter2hunter2")]
    assert found == ["the value of PW of prod"]
    (tmp_path / "env").mkdir()
    (tmp_path / "env/prod.secrets.age").write_text("rotated")
    assert known_secrets.sought(project).key != before.key


def test_fingerprints_find_a_secret_that_nobody_here_can_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fingerprints find a secret that nobody here can open."""
    value, salt = "kX7mQ2vN9pR4tW8zB3cF6hJ5", b"s" * 16
    sheet = SimpleNamespace(
        salt=salt, of=lambda kind: {digests.fast(value, salt): "x"} if kind is DigestKind.FAST else {}
    )
    monkeypatch.setattr(fingerprint_match, "load", lambda _: SimpleNamespace(sheets=(sheet,)))
    sought = known_secrets.sought(Project(tmp_path, "shop", {}, {}, {}))
    hits = [what for detect in sought.detectors for what in detect(f'{{"password": "{value}"}}'.encode())]
    assert hits == ["a secret that env/fingerprints.toml knows"]
    assert [what for detect in sought.detectors for what in detect(b"\0" + value.encode())] == []
