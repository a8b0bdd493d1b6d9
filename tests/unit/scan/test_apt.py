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
from tests.unit.scan import archives

if TYPE_CHECKING:
    from dockgate.core.project import Project
    from tests.unit.scan.archives import FakeApt


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
