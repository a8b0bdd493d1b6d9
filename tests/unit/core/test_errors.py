"""Problems that were found in one go."""

from __future__ import annotations

from dockgate.core.errors import ConfigError, FindingsError, apart, together
from dockgate.core.location import Location


def test_one_problem_is_said_as_itself_and_several_keep_them_all() -> None:
    """Several within several are as many; the first one is what a person reads."""
    first, second, third = ConfigError("a", where=Location("x", 1), fix="do a"), ConfigError("b"), ConfigError("c")
    assert together([first]) is first
    assert apart(first) == (first,)
    every = together([first, together([second, third])])
    assert apart(every) == (first, second, third)
    assert (every.where, every.fix) == (first.where, first.fix)
    assert every.what.startswith("a")
    assert "2 more" in every.what


def test_findings_that_were_shown_are_not_said_again() -> None:
    """A document has the whole of it; a note is added to both."""
    error = FindingsError("api: two findings", where=Location("x", 1), fix="repair it", shown="it blocks")
    error.add("; a note")
    assert str(error) == "it blocks; a note"
    assert error.what == "api: two findings; a note"
    plain = FindingsError("api: two findings")
    plain.add("; a note")
    assert plain.shown == ""
    assert "api: two findings; a note" in str(plain)
