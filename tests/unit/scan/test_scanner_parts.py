"""What a scan is told, and what it asks of changelogs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dockgate.core.errors import ConfigError
from dockgate.core.project import Project
from dockgate.scan import apt, scanner
from dockgate.scan.debian_lists import Candidate
from dockgate.scan.inventory import DebianPackage, Inventory
from dockgate.scan.scanner import ScanSettings
from dockgate.scan.verdict import Lists, OutdatedPackage


def test_settings_of_a_scan(project: Project) -> None:
    """A key that is none of them is refused."""
    assert scanner.settings(project) == ScanSettings(timedelta(days=7), "")
    with pytest.raises(ConfigError, match=r"made-up is not a key of this table\."):
        scanner.settings(Project(project.root, "shop", {}, {"scan": {"made-up": 1}}, project.process))


def test_packages_of_one_source_share_its_changelog(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked for once, by all packages of the source that are behind."""
    asked: list[tuple[object, ...]] = []

    def cves(*words: object) -> tuple[str, ...]:
        asked.append(words)
        return (f"CVE-{len(asked)}",)

    monkeypatch.setattr(apt, "cves", cves)
    packages = [DebianPackage(name, "1", "amd64", source, "1+s") for name, source in zip("abcd", "xxyx", strict=True)]
    newest = {name: Candidate(name, "2" if name != "d" else "1", "trixie") for name in "abcd"}
    root = apt.Root(project, project.root, "amd64")
    known = scanner._Debian(root, Lists((), ()), newest)
    found = scanner._behind(Inventory("trixie", tuple(packages), (), ()), known)
    assert asked == [(root, "x", ["a", "b"], "2", "1+s"), (root, "y", ["c"], "2", "1+s")]
    ids = (("CVE-1",), ("CVE-1",), ("CVE-2",))
    assert found == tuple(map(OutdatedPackage, packages, [newest[name] for name in "abc"], ids))
    assert scanner._behind(Inventory("trixie", None, (), ()), known) == ()
