"""What blocks, what is told, and what is never called clean."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from dockgate.core.findings import Severity
from dockgate.scan import verdict
from dockgate.scan.debian_lists import Candidate, Release
from dockgate.scan.external import ScannerReport, Vulnerability
from dockgate.scan.inventory import DebianPackage, Inventory, PythonPackage, VendoredLibrary
from dockgate.scan.leaks import Leak
from dockgate.scan.python_packages import Judgement, Status
from dockgate.scan.verdict import Lists, OutdatedPackage, ScanFacts
from tests import said

DATE = datetime(2026, 11, 21, tzinfo=UTC)
SSL = DebianPackage("libssl3t64", "3.5.1-1", "amd64", "openssl", "3.5.1-1")
LISTS = Lists((Release("trixie", DATE, None),), ())
CLEAN = ScanFacts("api", "sha256:" + "a" * 64, Inventory("trixie", (SSL,), (), ()), LISTS, (), (), (), (), ())
NEWER = Candidate("libssl3t64", "3.5.9-1", "trixie-security")
PACKAGE = PythonPackage("requests", "2.32.0", "", "")


def python(status: Status, **more: object) -> ScanFacts:
    values: dict[str, object] = {"ids": (), "reason": "why", "sources": ("pip-audit",), **more}
    return replace(CLEAN, python=(Judgement(PACKAGE, status, **values),))  # type: ignore[arg-type]


def scanner(severity: str) -> ScanFacts:
    return replace(CLEAN, reports=(ScannerReport("trivy", (Vulnerability("trivy", "CVE-1", "a", "1", severity, ""),)),))


NO_RECORDS = replace(CLEAN, inventory=Inventory("", None, (), ()), lists=None)


@pytest.mark.parametrize(
    ("facts", "codes", "passed"),
    [
        (CLEAN, [], True),
        (replace(CLEAN, behind=(OutdatedPackage(SSL, NEWER, ("CVE-2026-1",)),)), ["DG551"], False),
        (replace(CLEAN, lists=Lists(LISTS.releases, ("has expired",))), ["DG550"], False),
        (replace(CLEAN, lists=None), ["DG550"], False),
        (replace(CLEAN, unlisted=(SSL,)), ["DG559"], False),
        (NO_RECORDS, ["DG552"], False),
        (replace(NO_RECORDS, reports=(ScannerReport("grype"),)), ["DG552"], True),
        (replace(NO_RECORDS, reports=(ScannerReport("grype", problem="no database"),)), ["DG552", "DG557"], False),
        (python(Status.VULNERABLE, ids=("CVE-2",)), ["DG553"], False),
        (python(Status.UNKNOWN), ["DG555"], True),
        (python(Status.CLEAN), [], True),
        (scanner("critical"), ["DG557"], False),
        (scanner("high"), ["DG557"], True),
        (replace(CLEAN, leaks=(Leak("layer 1: root/key", "private key"),)), ["DG558"], False),
        (
            replace(CLEAN, inventory=replace(CLEAN.inventory, vendored=(VendoredLibrary("a.libs/b.so", "OpenSSL 3"),))),
            ["DG556"],
            True,
        ),
    ],
)
def test_verdict(facts: ScanFacts, codes: list[str], passed: bool) -> None:  # noqa: FBT001 - a table
    """Verdict."""
    result = verdict.judge(facts)
    assert [finding.code for finding in result.findings] == codes
    assert result.passed is passed
    assert result.as_json()["passed"] is passed
    whole = json.dumps(result.as_json(), sort_keys=True)
    said.hold(Path(__file__).with_name("verdicts.txt"), (str(result), whole, *map(str, result.findings)))


def test_package_behind_names_its_cves_or_says_that_they_are_unknown() -> None:
    """Package behind names its cves or says that they are unknown."""
    for cves, ids in (
        (("CVE-2026-1", "CVE-2026-2"), "CVE-2026-1, CVE-2026-2"),
        ((), "no CVE id in its changelog"),
        (None, "CVE ids unknown"),
    ):
        (finding,) = verdict.judge(replace(CLEAN, behind=(OutdatedPackage(SSL, NEWER, cves),))).findings
        assert finding.severity is Severity.ERROR
        assert finding.message == f"libssl3t64 3.5.1-1 is behind 3.5.9-1 (trixie-security): {ids}"


@pytest.mark.parametrize(
    ("severity", "fixed", "weight", "way"),
    [
        ("critical", "2, 3", Severity.ERROR, ", fixed in 2, 3"),
        ("high", "", Severity.WARNING, ", no fix"),
        ("medium", "2", Severity.NOTE, ", fixed in 2"),
    ],
)
def test_what_another_scanner_found_weighs_as_it_says(severity: str, fixed: str, weight: Severity, way: str) -> None:
    """Only what is critical blocks."""
    report = ScannerReport("trivy", (Vulnerability("grype", "CVE-1", "a", "1", severity, fixed),))
    (finding,) = verdict.judge(replace(CLEAN, reports=(report,))).findings
    assert (finding.severity, finding.message) == (weight, f"CVE-1 ({severity}) in a 1{way} (grype)")


def test_a_verdict_is_one_line_and_one_document() -> None:
    """Everything in it has its place, and the worst stands first."""
    report = ScannerReport("trivy", (Vulnerability("trivy", "CVE-1", "a", "1", "high", ""),))
    library = VendoredLibrary("a.libs/b.so", "OpenSSL 3")
    judged = [
        Judgement(PACKAGE, status, ("CVE-2", "CVE-3") if status is Status.VULNERABLE else (), reason, ("a", "b"))
        for status, reason in (
            (Status.UNKNOWN, "two"),
            (Status.UNKNOWN, "one"),
            (Status.UNKNOWN, "two"),
            (Status.VULNERABLE, ""),
            (Status.CLEAN, ""),
        )
    ]
    result = verdict.judge(
        replace(
            CLEAN,
            inventory=replace(CLEAN.inventory, vendored=(library,)),
            lists=Lists((Release("trixie", DATE, DATE.replace(day=28)),), ("is old", "is small")),
            behind=(OutdatedPackage(SSL, NEWER, ()),),
            unlisted=(SSL,),
            python=tuple(judged),
            reports=(ScannerReport("grype", problem="no database"), report),
            leaks=(Leak("history", "private key"),),
        )
    )
    assert [(each.code, each.message) for each in result.findings] == [
        ("DG550", "package lists: is old"),
        ("DG550", "package lists: is small"),
        ("DG551", "libssl3t64 3.5.1-1 is behind 3.5.9-1 (trixie-security): no CVE id in its changelog"),
        ("DG553", "requests 2.32.0: CVE-2, CVE-3 (a, b)"),
        ("DG555", "3 Python packages unknown, not clean: one; two"),
        ("DG556", "a.libs/b.so (OpenSSL 3) is bundled in a wheel: Debian's fixes do not reach it"),
        ("DG557", "CVE-1 (high) in a 1, no fix (trivy)"),
        ("DG557", "grype is installed but failed: no database"),
        ("DG558", "private key in history"),
        ("DG559", "libssl3t64 3.5.1-1 is not in the lists of its suite, or newer: its status is unknown"),
    ]
    assert str(result) == (
        "FAIL  api sha256:aaaaaaaaaaaa  1 Debian packages, 1 behind; Python: 1 vulnerable, 3 unknown, 1 clean; "
        "flaws without a fix: see scanners"
    )
    document = result.as_json()
    assert document == {
        "image": "api",
        "digest": "sha256:" + "a" * 64,
        "passed": False,
        "lists": [
            {
                "suite": "trixie",
                "date": "2026-11-21T00:00:00+00:00",
                "valid_until": "2026-11-28T00:00:00+00:00",
            }
        ],
        "debian": {"packages": 1, "behind": 1},
        "python": {"vulnerable": 1, "unknown": 3, "clean": 1},
        "vendored": [{"path": "a.libs/b.so", "what": "OpenSSL 3"}],
        "unfixed": "see findings",
        "scanners": ["trivy"],
        "findings": [each.as_json() for each in result.findings],
    }
