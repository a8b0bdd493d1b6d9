"""DG100: what it catches, and what it does not."""

from __future__ import annotations

from dockgate.envchecks import unreadable
from dockgate.errors import ConfigError
from dockgate.origin import Origin


def test_makes_a_finding_of_an_error() -> None:
    """An error of reading becomes a finding with its place and way out."""
    error = ConfigError("not UTF-8", where=Origin("env/x.env", 3), fix="save it as UTF-8")
    found = unreadable.finding(error, "dev")
    assert (found.code, found.path, found.line, found.fix) == ("DG100", "env/x.env", 3, "save it as UTF-8")
