"""Trivy and Grype, where they are installed with a database: run too, and their findings merged by source."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct, field

from dockgate.core.plan import Command
from dockgate.system import process

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dockgate.core.project import Project


class Vulnerability(Struct, frozen=True, order=True):
    """One finding of another scanner; `severity` in lower case, `fixed` empty where there is no fix."""

    source: str
    id: str
    package: str
    version: str
    severity: str
    fixed: str


class ScannerReport(Struct, frozen=True):
    """What one scanner said; `problem` when it is installed but failed."""

    source: str
    vulnerabilities: tuple[Vulnerability, ...] = ()
    problem: str = ""


class TrivyFinding(Struct, frozen=True, rename="pascal"):
    """A vulnerability as Trivy reports it (aquasecurity/trivy, pkg/types/report.go)."""

    vulnerability_id: str = field(name="VulnerabilityID")
    pkg_name: str
    installed_version: str = ""
    severity: str = "unknown"
    fixed_version: str = ""

    def vulnerability(self) -> Vulnerability:
        """Return it in our terms."""
        version, severity = self.installed_version, self.severity.lower()
        return Vulnerability("trivy", self.vulnerability_id, self.pkg_name, version, severity, self.fixed_version)


class TrivyResult(Struct, frozen=True, rename="pascal"):
    """What Trivy found in one part of an image; a part without findings has none, or null."""

    vulnerabilities: tuple[TrivyFinding, ...] | None = None


class TrivyReport(Struct, frozen=True, rename="pascal"):
    """A whole report; what lacks the schema's version is no answer, and not one without findings."""

    schema_version: int
    results: tuple[TrivyResult, ...] | None = None

    def vulnerabilities(self) -> frozenset[Vulnerability]:
        """Return each finding once."""
        parts = (result.vulnerabilities or () for result in self.results or ())
        return frozenset(found.vulnerability() for part in parts for found in part)


class GrypeFix(Struct, frozen=True):
    """The versions that fix a vulnerability, none where nothing does."""

    versions: tuple[str, ...] | None = None


class GrypeVulnerability(Struct, frozen=True):
    """A vulnerability as Grype reports it (anchore/grype, grype/presenter/models)."""

    id: str
    severity: str = "unknown"
    fix: GrypeFix = GrypeFix()


class GrypeArtifact(Struct, frozen=True):
    """The package that has it."""

    name: str
    version: str


class GrypeMatch(Struct, frozen=True):
    """One finding."""

    vulnerability: GrypeVulnerability
    artifact: GrypeArtifact

    def found(self) -> Vulnerability:
        """Return it in our terms."""
        known, package = self.vulnerability, self.artifact
        fixed = ", ".join(known.fix.versions or ())
        return Vulnerability("grype", known.id, package.name, package.version, known.severity.lower(), fixed)


class GrypeReport(Struct, frozen=True):
    """A whole report."""

    matches: tuple[GrypeMatch, ...]

    def vulnerabilities(self) -> frozenset[Vulnerability]:
        """Return each finding once."""
        return frozenset(match.found() for match in self.matches)


# Neither may fetch a database by itself: the scan would differ from run to run and hang where there is no network.
TRIVY = ("image", "--input", "{file}", "--format", "json", "--quiet", "--skip-db-update", "--offline-scan")
GRYPE = ("docker-archive:{file}", "--output", "json", "--quiet")
GRYPE_ENV = {"GRYPE_DB_AUTO_UPDATE": "false", "GRYPE_CHECK_FOR_APP_UPDATE": "false"}
SCANNERS: Mapping[str, tuple[tuple[str, ...], Mapping[str, str]]] = {"trivy": (TRIVY, {}), "grype": (GRYPE, GRYPE_ENV)}
REPORTS: Mapping[str, type[TrivyReport | GrypeReport]] = {"trivy": TrivyReport, "grype": GrypeReport}


def installed(project: Project) -> Mapping[str, str]:
    """Return the programs of those scanners that are installed, by name."""
    found = {name: shutil.which(name, path=project.process.get("PATH")) for name in SCANNERS}
    return {name: program for name, program in found.items() if program}


def run(project: Project, programs: Mapping[str, str], archive: Path) -> tuple[ScannerReport, ...]:
    """Run the installed scanners on a saved image."""
    reports = []
    for name, program in programs.items():
        words, env = SCANNERS[name]
        argv = (program, *(word.format(file=archive) for word in words))
        result = process.run(Command(argv, project.child_env(**env), project.root, 300.0), check=False)
        said = process.said(result.stderr)
        reports.append(parse(name, result.stdout if result.code == 0 else b"", said))
    return tuple(reports)


def parse(source: str, output: bytes, said: str) -> ScannerReport:
    """Read a scanner's JSON; one that does not answer in JSON could not look."""
    try:
        report = msgspec.json.decode(output, type=REPORTS[source])
    except (msgspec.MsgspecError, ValueError):
        last = (said.strip().splitlines() or ["no answer"])[-1]
        return ScannerReport(source, problem=last)
    return ScannerReport(source, tuple(sorted(report.vulnerabilities())))
