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
    for cves, ids in ((("CVE-2026-1", "CVE-2026-2"), "CVE-2026-1, CVE-2026-2"), (None, "CVE ids unknown")):
        (finding,) = verdict.judge(replace(CLEAN, behind=(OutdatedPackage(SSL, NEWER, cves),))).findings
        assert finding.severity is Severity.ERROR
        assert finding.message.endswith(ids)


def test_flaws_without_a_fix_are_unknown_unless_a_scanner_looked() -> None:
    """One that is installed but failed is none."""
    for reports, unfixed in (
        ((), "unknown"),
        ((ScannerReport("trivy", problem="no database"),), "unknown"),
        ((ScannerReport("trivy"),), "see findings"),
    ):
        assert verdict.judge(replace(CLEAN, reports=reports)).as_json()["unfixed"] == unfixed


def test_unknown_packages_are_counted_and_never_called_clean() -> None:
    """Unknown packages are counted and never called clean."""
    result = verdict.judge(python(Status.UNKNOWN, reason="pip-audit: skipped"))
    assert result.as_json()["python"] == {"vulnerable": 0, "unknown": 1, "clean": 0}
    assert "unknown, not clean" in result.findings[0].message


def test_verdict_keeps_the_dates_that_it_rests_on() -> None:
    """Verdict keeps the dates that it rests on."""
    assert verdict.judge(CLEAN).as_json()["lists"] == [
        {"suite": "trixie", "date": "2026-11-21T00:00:00+00:00", "valid_until": None}
    ]
