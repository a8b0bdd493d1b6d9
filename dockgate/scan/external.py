"""Trivy and Grype, where they are installed with a database: run too, and their findings merged by source."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from dockgate.core.plan import Command
from dockgate.system import process

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
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


# Neither may fetch a database by itself: the scan would differ from run to run and hang where there is no network.
TRIVY = ("image", "--input", "{file}", "--format", "json", "--quiet", "--skip-db-update", "--offline-scan")
GRYPE = ("docker-archive:{file}", "--output", "json", "--quiet")
GRYPE_ENV = {"GRYPE_DB_AUTO_UPDATE": "false", "GRYPE_CHECK_FOR_APP_UPDATE": "false"}


SCANNERS: Mapping[str, tuple[tuple[str, ...], Mapping[str, str]]] = {"trivy": (TRIVY, {}), "grype": (GRYPE, GRYPE_ENV)}


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


def parse(source: str, output: bytes, said: str = "") -> ScannerReport:
    """Read a scanner's JSON; one that does not answer in JSON could not look."""
    try:
        document = json.loads(output)
        found = tuple(sorted({*(_trivy(document) if source == "trivy" else _grype(document))}))
    except (ValueError, KeyError, TypeError, AttributeError):
        last = (said.strip().splitlines() or ["no answer"])[-1]
        return ScannerReport(source, problem=last)
    return ScannerReport(source, found)


def _trivy(document: Mapping[str, Any]) -> Iterator[Vulnerability]:
    document["SchemaVersion"]  # of every report; what lacks it is no answer, and not one without findings
    for result in document.get("Results") or ():
        for each in result.get("Vulnerabilities") or ():
            yield Vulnerability(
                "trivy",
                each["VulnerabilityID"],
                each["PkgName"],
                each.get("InstalledVersion", ""),
                str(each.get("Severity", "unknown")).lower(),
                each.get("FixedVersion", ""),
            )


def _grype(document: Mapping[str, Any]) -> Iterator[Vulnerability]:
    for match in document["matches"]:
        found, artifact = match["vulnerability"], match["artifact"]
        fixed = ", ".join(found.get("fix", {}).get("versions", ()))
        severity = str(found.get("severity", "unknown")).lower()
        yield Vulnerability("grype", found["id"], artifact["name"], artifact["version"], severity, fixed)
