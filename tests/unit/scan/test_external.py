"""Scanners that are installed beside ours: how they are run, and what their reports say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.plan import Command
from dockgate.core.project import Project
from dockgate.scan import external
from dockgate.scan.external import ScannerReport, Vulnerability
from dockgate.system import process
from dockgate.system.process import Result

if TYPE_CHECKING:
    from pathlib import Path

TRIVY = {
    "SchemaVersion": 2,
    "Results": [
        {
            "Vulnerabilities": [
                {
                    "VulnerabilityID": "CVE-2",
                    "PkgName": "b",
                    "InstalledVersion": "1",
                    "Severity": "CRITICAL",
                    "FixedVersion": "2",
                },
                {"VulnerabilityID": "CVE-1", "PkgName": "a"},
                {"VulnerabilityID": "CVE-1", "PkgName": "a"},
            ]
        },
        {"Vulnerabilities": None},
        {},
    ],
}
GRYPE = {
    "matches": [
        {
            "vulnerability": {"id": "CVE-2", "severity": "High", "fix": {"versions": ["2", "3"]}},
            "artifact": {"name": "b", "version": "1"},
        },
        {"vulnerability": {"id": "CVE-1", "fix": {"versions": None}}, "artifact": {"name": "a", "version": "1"}},
        {"vulnerability": {"id": "CVE-1"}, "artifact": {"name": "a", "version": "1"}},
    ]
}


@pytest.mark.parametrize(
    ("source", "report", "found"),
    [
        (
            "trivy",
            TRIVY,
            (
                Vulnerability("trivy", "CVE-1", "a", "", "unknown", ""),
                Vulnerability("trivy", "CVE-2", "b", "1", "critical", "2"),
            ),
        ),
        (
            "grype",
            GRYPE,
            (
                Vulnerability("grype", "CVE-1", "a", "1", "unknown", ""),
                Vulnerability("grype", "CVE-2", "b", "1", "high", "2, 3"),
            ),
        ),
        ("trivy", {"SchemaVersion": 2, "Results": None}, ()),
        ("trivy", {"SchemaVersion": 2}, ()),
        ("grype", {"matches": []}, ()),
    ],
)
def test_each_finding_stands_once_in_our_terms(
    source: str, report: dict[str, Any], found: tuple[Vulnerability, ...]
) -> None:
    assert external.parse(source, json.dumps(report).encode(), "said") == ScannerReport(source, found)


@pytest.mark.parametrize("document", [b"", b"{}", b"[]", b"null"])
@pytest.mark.parametrize("source", ["trivy", "grype"])
@pytest.mark.parametrize(("said", "problem"), [("", "no answer"), (" \n", "no answer"), ("a\nb\n", "b")])
def test_what_is_no_report_is_a_problem_in_its_own_words(source: str, document: bytes, said: str, problem: str) -> None:
    """JSON alone proves nothing."""
    assert external.parse(source, document, said) == ScannerReport(source, (), problem)


def test_every_word_that_a_scanner_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """None fetches a database; what a failed one prints is no report."""
    given: list[tuple[Command, dict[str, Any]]] = []

    def run(command: Command, **options: Any) -> Result:
        given.append((command, options))
        return Result(len(given) - 1, json.dumps(TRIVY).encode(), b"first\nlast", 0.0)

    monkeypatch.setattr(process, "run", run)
    project = Project(tmp_path, "shop", {}, {}, {"PATH": "/bin", "OTHER": "x"})
    reports = external.run(project, {"trivy": "/t", "grype": "/g"}, tmp_path / "image.tar")
    words = f"image --input {tmp_path}/image.tar --format json --quiet --skip-db-update --offline-scan"
    own = {"PATH": "/bin", "GRYPE_DB_AUTO_UPDATE": "false", "GRYPE_CHECK_FOR_APP_UPDATE": "false"}
    grype = ("/g", f"docker-archive:{tmp_path}/image.tar", "--output", "json", "--quiet")
    assert given == [
        (Command(("/t", *words.split(" ")), {"PATH": "/bin"}, tmp_path, 300.0), {"check": False}),
        (Command(grype, own, tmp_path, 300.0), {"check": False}),
    ]
    assert [(each.source, len(each.vulnerabilities), each.problem) for each in reports] == [
        ("trivy", 2, ""),
        ("grype", 0, "last"),
    ]


def test_scanners_are_those_on_the_path_of_the_project(tmp_path: Path) -> None:
    """Not of ours."""
    for name in ("trivy", "grype", "other"):
        (tmp_path / name).touch(0o755)
    (tmp_path / "grype").chmod(0o644)
    project = Project(tmp_path, "shop", {}, {}, {"PATH": str(tmp_path)})
    assert external.installed(project) == {"trivy": str(tmp_path / "trivy")}
    assert external.installed(Project(tmp_path, "shop", {}, {}, {"PATH": "/nowhere"})) == {}
