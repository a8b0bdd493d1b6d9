"""DG100: a file of the environment that cannot be read at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.findings import Finding, Severity
from dockgate.origin import Origin

if TYPE_CHECKING:
    from dockgate.errors import ConfigError

CODE = "DG100"


def finding(error: ConfigError, environment: str) -> Finding:
    """Return the error of reading an environment as a finding, for reports that go on to the next one."""
    where = error.where or Origin("")
    return Finding(where.path, where.line, where.column, CODE, Severity.ERROR, error.what, environment, error.fix)
