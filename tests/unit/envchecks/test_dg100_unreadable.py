"""DG100: what it catches, and what it does not."""

from __future__ import annotations

from dockgate.envchecks import unreadable
from dockgate.errors import ConfigError, together
from dockgate.origin import Origin


def test_makes_a_finding_of_an_error() -> None:
    """An error of reading becomes a finding with its place and way out."""
    error = ConfigError("not UTF-8", where=Origin("env/x.env", 3), fix="save it as UTF-8")
    (found,) = unreadable.findings(error, "dev")
    assert (found.code, found.path, found.line, found.fix) == ("DG100", "env/x.env", 3, "save it as UTF-8")


def test_several_problems_are_as_many_findings() -> None:
    """Each has its own place."""
    problems = [ConfigError("NUL", where=Origin("env/x.env", line)) for line in (3, 7)]
    found = unreadable.findings(together(problems), "dev")
    assert [(each.line, each.message) for each in found] == [(3, "NUL"), (7, "NUL")]
