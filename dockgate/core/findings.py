"""Findings of guardrails and linters, as values."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import asdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Severity(StrEnum):
    """How much a finding weighs: only errors block."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Finding(Struct, frozen=True, order=True):
    """One thing found: what, where (path in the project; line, column from 1, 0 unknown) and the way out."""

    path: str
    line: int
    column: int
    code: str
    severity: Severity
    message: str
    environment: str = ""
    fix: str = ""

    def as_json(self) -> Mapping[str, object]:
        """Return the finding as `--json` prints it."""
        fields = asdict(self)
        order = ("code", "severity", "message", "environment", "path", "line", "column", "fix")
        return {name: fields[name] for name in order}

    def __str__(self) -> str:
        """Return one line: place, severity, code, message; then the fix."""
        place = ":".join([self.path or "-", *(str(number) for number in (self.line, self.column) if number)])
        scope = f" [{self.environment}]" if self.environment else ""
        line = f"{place}: {self.severity} {self.code}{scope}: {self.message}"
        return f"{line}\n  → {self.fix}" if self.fix else line


def blocking(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that block, in a stable order."""
    return tuple(sorted(finding for finding in findings if finding.severity is Severity.ERROR))
