"""What a rule is: a module with a code, a title, a scope and `check`; it sees a Context and yields hits."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from dockgate.core.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.core.location import Location
    from dockgate.guardrails.context import Context

UNREAD = "DG000"  # what could not be looked at


class Scope(StrEnum):
    """What a rule looks at; a run names the scopes for which it has facts."""

    ENV = "env"  # env layers and what they resolve to
    MODEL = "model"  # what Compose resolved, and the files that its services mount
    TARGET = "target"  # engine, stack and working tree
    FILES = "files"  # Dockerfiles and committed files


class Hit(Struct, frozen=True):
    """One thing that a rule found; `service` and `name` (of a variable) are what an exemption can point at.

    `code` is set by rules that speak for a linter with codes of its own.
    """

    message: str
    fix: str
    origin: Location
    severity: Severity = Severity.ERROR
    service: str = ""
    name: str = ""
    code: str = ""

    def finding(self, code: str, environment: str) -> Finding:
        """Return the hit as a finding of rule `code`."""
        return Finding(
            self.origin.path,
            self.origin.line,
            self.origin.column,
            self.code or code,
            self.severity,
            self.message,
            environment,
            self.fix,
        )


class Rule(Protocol):
    """The interface that every module in `rules/` has."""

    CODE: str
    TITLE: str
    SCOPE: Scope

    def check(self, context: Context) -> Iterator[Hit]:
        """Go through what this rule finds in `context`."""
