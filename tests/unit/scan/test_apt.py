"""Apt: a root of its own, lists that are fetched again, changelogs."""

from __future__ import annotations

import gzip
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import MissingToolError, ToolFailedError
from dockgate.core.plan import Command
from dockgate.scan import apt
from dockgate.system import process
from dockgate.system.process import Result
from tests.unit.scan import archives

if TYPE_CHECKING:
    from dockgate.core.project import Project
    from tests.unit.scan.archives import FakeApt


def test_apt_works_in_a_root_of_its_own_with_all_three_archives(project: Project, fake_apt: FakeApt) -> None:
    """Apt works in a root of its own with all three archives."""
    root = apt.root(project, "trixie", "amd64")
    sources = (root.folder / "etc/apt/debian.sources").read_text()
    signed = f"Components: main\nSigned-By: {apt.KEYRING}\n"
    assert sources == (
        f"Types: deb\nURIs: http://mirror/debian\nSuites: trixie trixie-updates\n{signed}\n"
        f"Types: deb\nURIs: http://mirror/security\nSuites: trixie-security\n{signed}"
    )
    assert (root.folder / "status").read_bytes() == b""
    assert (root.folder / "etc/apt/debian.sources").stat().st_mode & 0o777 == 0o600
    options = [word for word in fake_apt.calls[0] if word.startswith("Dir::")]
    assert all(str(root.folder) in option or option.endswith("/dev/null") for option in options)
    assert {release.codename for release in root.releases()} == {"trixie", "trixie-updates", "trixie-security"}
    versions = {"trixie": "3.5.1-1", "trixie-updates": "3.5.1-1", "trixie-security": "3.5.9-1"}
    package = "Package: libssl3t64\nVersion: {}\n\n"
    whole = {codename: (package.format(version).encode(),) for codename, version in versions.items()}
    assert root.packages() == whole
    (root.folder / "lists/mirror_dists_trixie_contrib_Packages").write_bytes(b"more")
    assert root.packages() == {**whole, "trixie": (b"more", *whole["trixie"])}


def test_lists_are_fetched_again_after_an_hour(
    project: Project, fake_apt: FakeApt, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And where a clock was set back."""
    root = apt.root(project, "trixie", "amd64")
    apt.root(project, "trixie", "amd64")
    assert len(fake_apt.calls) == 1
    os.utime(root.folder / "refreshed", (1000.0, 1000.0))
    for now, calls in ((1000.0, 1), (4599.0, 1), (4600.0, 2)):
        monkeypatch.setattr(time, "time", lambda now=now: now)
        apt.root(project, "trixie", "amd64")
        assert len(fake_apt.calls) == calls
    os.utime(root.folder / "refreshed", (1000.0, 1000.0))
    monkeypatch.setattr(time, "time", lambda: 999.0)
    apt.root(project, "trixie", "amd64")
    assert len(fake_apt.calls) == 3


def test_mirror_that_does_not_answer_leaves_the_old_lists_or_is_an_error(project: Project, fake_apt: FakeApt) -> None:
    """Mirror that does not answer leaves the old lists or is an error."""
    fake_apt.code = 100
    with pytest.raises(ToolFailedError) as caught:
        apt.root(project, "trixie", "amd64")
    assert caught.value.what == "apt-get exited 100"
    assert caught.value.fix.startswith("the command was: apt-get -o ")
    assert caught.value.fix.endswith(" update")
    fake_apt.code = 0
    root = apt.root(project, "trixie", "amd64")
    (root.folder / "refreshed").unlink()
    fake_apt.code = 100
    assert len(apt.root(project, "trixie", "amd64").releases()) == 3
    assert not (root.folder / "refreshed").exists()


def test_without_debians_keys_nothing_is_trusted(
    project: Project, fake_apt: FakeApt, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without debians keys nothing is trusted."""
    monkeypatch.setattr(apt, "KEYRING", Path("/nowhere"))
    with pytest.raises(MissingToolError) as caught:
        apt.root(project, "trixie", "amd64")
    assert str(caught.value) == "/nowhere is missing\n  → apt-get install debian-archive-keyring"
    assert fake_apt.calls == []


def test_cves_come_from_the_changelog_in_the_package_once(project: Project, fake_apt: FakeApt) -> None:
    """Cves come from the changelog in the package once."""
    root = apt.root(project, "trixie", "amd64")
    assert apt.cves(root, "openssl", ["other", "libssl3t64"], "3.5.9-1", "3.5.1-1") == ("CVE-2026-1111",)
    downloads = len(fake_apt.calls)
    assert apt.cves(root, "openssl", ["libssl3t64"], "3.5.9-1", "3.5.9-1") == ()
    assert len(fake_apt.calls) == downloads
    assert apt.cves(root, "glibc", ["libc6"], "2.41-13", "2.41-12") is None
    assert [call[-1] for call in fake_apt.calls[-2:]] == ["libc6=2.41-13", "glibc=2.41-13"]


def test_a_changelog_is_kept_for_its_version(
    project: Project, fake_apt: FakeApt, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty one is one that need not be asked for again, and another package may have it."""
    root = apt.root(project, "trixie", "amd64")
    given = {
        ("a", "1"): "",
        ("a", "2"): "second",
        ("source", "1"): "x (1) unstable; urgency=low\n\n  * CVE-2026-1234\n",
    }
    asked: list[tuple[str, str]] = []

    def download(_root: object, package: str, version: str) -> str:
        asked.append((package, version))
        return given[package, version]

    monkeypatch.setattr(apt, "_download", download)
    for _ in range(2):
        assert apt.cves(root, "source", ["a"], "1", "0.9") == ("CVE-2026-1234",)
    assert asked == [("a", "1"), ("source", "1")]
    assert apt.changelog(root, "a", "2") == "second"
    assert (root.folder / "changelogs/a.json").exists()
    assert fake_apt.calls


def test_a_download_that_left_nothing_is_an_error(
    project: Project, fake_apt: FakeApt, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names what was asked for; with several packages the last one counts, and none stays."""
    root = apt.root(project, "trixie", "amd64")
    ran: list[Command] = []

    def run(command: Command, **_: object) -> Result:
        ran.append(command)
        return Result(0, archives.deb(), b"", 0.0)

    monkeypatch.setattr(process, "run", run)
    with pytest.raises(ToolFailedError) as caught:
        apt._download(root, "a", "1")
    assert str(caught.value) == "apt-get downloaded no a 1"
    archive = root.folder / "archives"
    assert ran == [Command(root.command("download", "--quiet", "a=1").argv, project.child_env(), archive, 180.0)]
    for name in ("a_1_amd64.deb", "a_2_amd64.deb", "ab_3_amd64.deb"):
        (archive / name).touch()
    assert apt._download(root, "a", "2") == archives.CHANGELOG
    assert ran[-1] == Command(("dpkg-deb", "--fsys-tarfile", str(archive / "a_2_amd64.deb")), project.child_env())
    assert [each.name for each in archive.iterdir() if each.is_file()] == ["ab_3_amd64.deb"]
    assert fake_apt.calls


def test_every_word_that_apt_is_given(project: Project, fake_apt: FakeApt) -> None:
    """No configuration of this machine is read, nothing is written outside of the root, and it has three minutes."""
    root = apt.root(project, "trixie", "arm64")
    folder = project.state / "apt" / "trixie-arm64"
    options = (
        f"Dir::Etc={folder}/etc/apt",
        "Dir::Etc::SourceList=/dev/null",
        f"Dir::Etc::SourceParts={folder}/etc/apt",
        f"Dir::State={folder}",
        f"Dir::State::status={folder}/status",
        f"Dir::Cache={folder}",
        "APT::Architecture=arm64",
        "APT::Architectures=arm64",
        "APT::Sandbox::User=",
        "Acquire::GzipIndexes=false",
        "Acquire::Languages=none",
        "Acquire::Retries=2",
    )
    every = ("apt-get", *(word for option in options for word in ("-o", option)))
    assert fake_apt.calls == [(*every, "update", "--quiet", "--error-on=any")]
    assert root.command("x") == Command((*every, "x"), project.child_env(), folder, 180.0)
    apt.changelog(root, "libssl3t64", "3.5.9-1")
    package = folder / "archives" / "libssl3t64_3.5.9-1_amd64.deb"
    assert fake_apt.calls[1:] == [
        (*every, "download", "--quiet", "libssl3t64=3.5.9-1"),
        ("dpkg-deb", "--fsys-tarfile", str(package)),
    ]
    assert not package.exists()
    parts = ("etc/apt/apt.conf.d", "etc/apt/preferences.d", "lists/partial", "archives/partial")
    assert all((folder / each).is_dir() for each in parts)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("./usr/share/doc/x/changelog.Debian.amd64.gz", "te\ufffdt"),
        ("./usr/share/doc/x/changelog.Debian.gz", "te\ufffdt"),
        ("./usr/share/doc/x/changelog.gz", "te\ufffdt"),
        ("./usr/share/doc/x/changelog.Debian.arm64.gz", ""),
        ("./usr/share/doc/x/README.gz", ""),
        ("./usr/share/x/changelog.gz", ""),
    ],
)
@pytest.mark.usefixtures("fake_apt")
def test_where_a_package_has_its_changelog(
    project: Project, monkeypatch: pytest.MonkeyPatch, name: str, found: str
) -> None:
    """Behind whatever else is in it: folders, and documents that are none."""
    root = apt.root(project, "trixie", "amd64")
    files = {"./usr/share/doc/x/copyright": b"free", name: gzip.compress(b"te\xfft")}
    monkeypatch.setattr(archives, "deb", lambda: archives.tar(files))
    assert apt.changelog(root, "libssl3t64", "3.5.9-1") == found
