"""The verdict on one image digest: what blocks, what is only reported, and what is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from dockgate.core.findings import Finding, Severity, blocking
from dockgate.core.location import Location
from dockgate.scan.python_packages import Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockgate.scan.debian_lists import Candidate, Release
    from dockgate.scan.external import ScannerReport
    from dockgate.scan.inventory import DebianPackage, Inventory
    from dockgate.scan.leaks import Leak
    from dockgate.scan.python_packages import Judgement

STALE, BEHIND, NO_RECORDS, VULNERABLE = "DG550", "DG551", "DG552", "DG553"
UNKNOWN, VENDORED, EXTERNAL, LEAK, UNLISTED = "DG555", "DG556", "DG557", "DG558", "DG559"
BLOCKING = {"critical": Severity.ERROR, "high": Severity.WARNING}
REBUILD = "inv build --fresh rebuilds the base and the images from today's lists"


class OutdatedPackage(Struct, frozen=True):
    """A package that is older than the newest one; `cves` is None where its changelog could not be read."""

    package: DebianPackage
    candidate: Candidate
    cves: tuple[str, ...] | None


class Lists(Struct, frozen=True):
    """The Debian lists that a verdict rests on, and why they must not be trusted (`stale`), if so."""

    releases: tuple[Release, ...]
    stale: tuple[str, ...]


class ScanFacts(Struct, frozen=True):
    """All that is known of one image."""

    name: str
    digest: str
    inventory: Inventory
    lists: Lists | None
    behind: tuple[OutdatedPackage, ...]
    unlisted: tuple[DebianPackage, ...]
    python: tuple[Judgement, ...]
    reports: tuple[ScannerReport, ...]
    leaks: tuple[Leak, ...]


class Verdict(Struct, frozen=True):
    """The facts with what they mean."""

    facts: ScanFacts
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Return whether nothing blocks."""
        return not blocking(self.findings)

    @property
    def looked(self) -> bool:
        """Return whether a scanner with a database looked: only that knows of flaws that have no fix."""
        return any(not report.problem for report in self.facts.reports)

    def count(self, status: Status) -> int:
        """Return how many Python packages have this status."""
        return sum(each.status is status for each in self.facts.python)

    def as_json(self) -> Mapping[str, Any]:
        """Return the verdict as `--json` prints it and as a release keeps it."""
        facts = self.facts
        return {
            "image": facts.name,
            "digest": facts.digest,
            "passed": self.passed,
            "lists": [_list(each) for each in facts.lists.releases] if facts.lists else [],
            "debian": {
                "packages": None if facts.inventory.debian is None else len(facts.inventory.debian),
                "behind": len(facts.behind),
            },
            "python": {str(status): self.count(status) for status in Status},
            "vendored": [{"path": each.path, "what": each.what} for each in facts.inventory.vendored],
            "unfixed": "see findings" if self.looked else "unknown",
            "scanners": [report.source for report in facts.reports if not report.problem],
            "findings": [finding.as_json() for finding in self.findings],
        }

    def __str__(self) -> str:
        """Return the verdict in one line."""
        debian = self.facts.inventory.debian
        known = (
            "no dpkg records" if debian is None else f"{len(debian)} Debian packages, {len(self.facts.behind)} behind"
        )
        counts = ", ".join(f"{n} {status}" for status in Status if (n := self.count(status)))
        python = f"; Python: {counts}" if counts else ""
        unfixed = "; flaws without a fix: " + ("see scanners" if self.looked else "unknown")
        result = "pass" if self.passed else "FAIL"
        return f"{result}  {self.facts.name} {self.facts.digest[:19]}  {known}{python}{unfixed}"


def judge(facts: ScanFacts) -> Verdict:
    """Decide about one image."""
    found = (*_debian(facts), *_python(facts), *_vendored(facts), *_external(facts), *_leaks(facts))
    return Verdict(facts, tuple(sorted(found)))


def _finding(facts: ScanFacts, code: str, severity: Severity, message: str, fix: str = "") -> Finding:
    return Finding(Location(f"{facts.name}@{facts.digest}"), code, severity, message, fix=fix)


def _debian(facts: ScanFacts) -> Iterator[Finding]:
    if facts.inventory.debian is None:
        severity = Severity.NOTE if Verdict(facts, ()).looked else Severity.ERROR
        fix = "keep /var/lib/dpkg/status.d in the image, or install trivy or grype with a database"
        yield _finding(facts, NO_RECORDS, severity, "no dpkg records: its packages cannot be checked", fix)
        return
    for reason in facts.lists.stale if facts.lists else ("no lists for its suite",):
        yield _finding(
            facts, STALE, Severity.ERROR, f"package lists: {reason}", "run inv scan again with current lists"
        )
    for each in facts.behind:
        ids = "CVE ids unknown" if each.cves is None else ", ".join(each.cves) or "no CVE id in its changelog"
        what = (
            f"{each.package.name} {each.package.version} is behind {each.candidate.version} ({each.candidate.codename})"
        )
        yield _finding(facts, BEHIND, Severity.ERROR, f"{what}: {ids}", REBUILD)
    for package in facts.unlisted:
        what = f"{package.name} {package.version} is not in the lists of its suite, or newer: its status is unknown"
        yield _finding(facts, UNLISTED, Severity.ERROR, what, "install it from the suite of the image")


def _python(facts: ScanFacts) -> Iterator[Finding]:
    unknown = []
    for each in facts.python:
        name = f"{each.package.name} {each.package.version}"
        if each.status is Status.VULNERABLE:
            said = f"{name}: {', '.join(each.ids)} ({', '.join(each.sources)})"
            yield _finding(facts, VULNERABLE, Severity.ERROR, said, "lock a fixed version: nox -s relock")
        elif each.status is Status.UNKNOWN:
            unknown.append(each)
    if unknown:
        reasons = "; ".join(sorted({each.reason for each in unknown}))
        what = f"{len(unknown)} Python packages unknown, not clean: {reasons}"
        yield _finding(
            facts, UNKNOWN, Severity.NOTE, what, "set [tool.dockgate.scan] advisories to a folder of OSV files"
        )


def _vendored(facts: ScanFacts) -> Iterator[Finding]:
    for each in facts.inventory.vendored:
        what = f"{each.path} ({each.what}) is bundled in a wheel: Debian's fixes do not reach it"
        yield _finding(
            facts,
            VENDORED,
            Severity.WARNING,
            what,
            "use a package that does not bundle it, or track its fixes yourself",
        )


def _external(facts: ScanFacts) -> Iterator[Finding]:
    for report in facts.reports:
        if report.problem:
            what = f"{report.source} is installed but failed: {report.problem}"
            yield _finding(facts, EXTERNAL, Severity.WARNING, what, f"give {report.source} a database, or remove it")
        for each in report.vulnerabilities:
            fixed = f", fixed in {each.fixed}" if each.fixed else ", no fix"
            what = f"{each.id} ({each.severity}) in {each.package} {each.version}{fixed} ({each.source})"
            yield _finding(facts, EXTERNAL, BLOCKING.get(each.severity, Severity.NOTE), what)


def _leaks(facts: ScanFacts) -> Iterator[Finding]:
    for leak in facts.leaks:
        fix = "remove it from the build and rotate it: a later layer only hides it"
        yield _finding(facts, LEAK, Severity.ERROR, f"{leak.what} in {leak.place}", fix)


def _list(release: Release) -> dict[str, str | None]:
    until = release.valid_until.isoformat() if release.valid_until else None
    return {"suite": release.codename, "date": release.date.isoformat(), "valid_until": until}
