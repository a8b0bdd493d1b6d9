"""What a rule finds, and what it looks at."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core.findings import Finding, Severity

if TYPE_CHECKING:
    from dockgate.core.location import Location

UNREAD = "DG000"  # what could not be looked at


class Scope(StrEnum):
    """What a rule looks at; a run names the scopes for which it has facts."""

    SCHEMA = "schema"  # env layers against the schema: what `inv env.check` runs
    ENV = "env"  # env layers and what they resolve to, beside the other environments
    MODEL = "model"  # what Compose resolved, and the files that its services mount
    TARGET = "target"  # engine, stack and working tree
    FILES = "files"  # Dockerfiles and committed files


class Hit(Struct, frozen=True):
    """One thing that a rule found; `service` and `name` (of a variable) are what an exemption can point at.

    `code` is set by rules that speak for a linter with codes of its own; what they find in one service under the same
    `group` becomes one finding, unless it blocks.
    """

    message: str
    fix: str
    location: Location
    severity: Severity = Severity.ERROR
    service: str = ""
    name: str = ""
    code: str = ""
    group: str = ""

    @classmethod
    def of(cls, finding: Finding) -> Hit:
        """Return what was found while the environment was resolved."""
        return cls(finding.message, finding.fix, finding.location, finding.severity, name=finding.name)

    def finding(self, code: str, environment: str) -> Finding:
        """Return the hit as a finding of rule `code`."""
        return Finding(
            self.location, self.code or code, self.severity, self.message, environment, self._way(), name=self.name
        )

    def _way(self) -> str:
        """Return the fix; a variable of the user's shell is in no file that could be corrected."""
        if self.location.path or not self.name:
            return self.fix
        return f"unset {self.name} in your shell, or set the right value there"
