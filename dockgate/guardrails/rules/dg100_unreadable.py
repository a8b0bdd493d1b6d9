"""DG100: a file of the environment that cannot be read at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.errors import apart
from dockgate.core.findings import Finding, Severity
from dockgate.core.location import Location

if TYPE_CHECKING:
    from dockgate.core.errors import ConfigError

CODE = "DG100"


def findings(error: ConfigError, environment: str) -> tuple[Finding, ...]:
    """Return the problems of reading an environment as findings, for reports that go on to the next one."""
    return tuple(_finding(each, environment) for each in apart(error))


def _finding(error: ConfigError, environment: str) -> Finding:
    where = error.where or Location("")
    return Finding(where.path, where.line, where.column, CODE, Severity.ERROR, error.what, environment, error.fix)
