"""DG100: what it catches, and what it does not."""

from __future__ import annotations

from dockgate.core.errors import ConfigError, together
from dockgate.core.location import Location
from dockgate.guardrails.rules import dg100_unreadable


def test_makes_a_finding_of_an_error() -> None:
    """An error of reading becomes a finding with its place and way out."""
    error = ConfigError("not UTF-8", where=Location("env/x.env", 3), fix="save it as UTF-8")
    (found,) = dg100_unreadable.findings(error, "dev")
    assert (found.code, found.path, found.line, found.fix) == ("DG100", "env/x.env", 3, "save it as UTF-8")


def test_several_problems_are_as_many_findings() -> None:
    """Each has its own place."""
    problems = [ConfigError("NUL", where=Location("env/x.env", line)) for line in (3, 7)]
    found = dg100_unreadable.findings(together(problems), "dev")
    assert [(each.line, each.message) for each in found] == [(3, "NUL"), (7, "NUL")]
