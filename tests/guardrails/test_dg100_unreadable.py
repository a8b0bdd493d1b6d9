"""DG100: what it catches, and what it does not."""

from __future__ import annotations

from dockgate.core.errors import ConfigError, apart, together
from dockgate.core.location import Location
from dockgate.guardrails.hit import Hit
from dockgate.guardrails.rules import dg100_unreadable
from tests.guardrails.scenes import catches, catches_not, context


def test_catches_each_problem_at_its_own_place() -> None:
    """An error of reading becomes a finding with its place and its fix; several are as many findings."""
    lines = (3, 7)
    problems = [ConfigError("NUL", where=Location("env/x.env", line), fix="save it as UTF-8") for line in lines]
    found = catches(dg100_unreadable, context(unreadable=apart(together([*problems, ConfigError("x", fix="y")]))), 3)
    fixes = [Hit("NUL", "save it as UTF-8", Location("env/x.env", line)) for line in lines]
    assert found == [*fixes, Hit("x", "y", Location(""))]


def test_catches_not_an_environment_that_could_be_read() -> None:
    """Whatever else is wrong with it."""
    catches_not(dg100_unreadable, context("dev", "UNKNOWN=1\n"))
