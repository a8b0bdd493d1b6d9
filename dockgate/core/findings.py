"""Findings of guardrails and linters, as values."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core import terminal
from dockgate.core.counted import first_of
from dockgate.core.location import Location  # noqa: TC001 - msgspec reads the types when a cache is decoded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class Severity(StrEnum):
    """How much a finding weighs: only errors block."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Finding(Struct, frozen=True, order=True):
    """One thing found: where, what and how to fix it; `name` is the variable of a finding about one."""

    location: Location
    code: str
    severity: Severity
    message: str
    environment: str = ""
    fix: str = ""
    name: str = ""

    def as_json(self) -> Mapping[str, object]:
        """Return the finding as `--json` prints it."""
        return {
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "environment": self.environment,
            "path": self.location.path,
            "line": self.location.line,
            "column": self.location.column,
            "fix": self.fix,
        }

    def __str__(self) -> str:
        """Return one line: place, severity, code, message; then the fix."""
        place = str(self.location) if self.location.path or self.name else "-"
        scope = f" [{self.environment}]" if self.environment else ""
        line = f"{place}: {self.severity} {self.code}{scope}: {terminal.word(self.message)}"
        return f"{line}\n  → {self.fix}" if self.fix else line


def blocking(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the blocking findings, in a stable order."""
    return tuple(sorted(finding for finding in findings if finding.severity is Severity.ERROR))


def summary(findings: Sequence[Finding], command: str) -> str:
    """Return the first finding and how many more there are, which `command` shows."""
    return first_of(f"{findings[0].code}: {findings[0].message}", len(findings), "finding", command)
