"""Apt: a root of its own, lists that are fetched again, changelogs."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import MissingToolError, ToolFailedError
from dockgate.scan import apt

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
