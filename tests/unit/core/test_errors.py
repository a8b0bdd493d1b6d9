"""Problems that were found in one go."""

from __future__ import annotations

import pytest

from dockgate.core.errors import ConfigError, DockgateError, FindingsError, apart, together
from dockgate.core.location import Location


def test_one_problem_is_said_as_itself_and_several_keep_them_all() -> None:
    """Several within several are as many; the first one is what a person reads."""
    first, second, third = ConfigError("a", where=Location("x", 1), fix="do a"), ConfigError("b"), ConfigError("c")
    assert together([first]) is first
    assert apart(first) == (first,)
    every = together([first, together([second, third])])
    assert apart(every) == (first, second, third)
    assert (every.where, every.fix) == (first.where, first.fix)
    assert every.what == "a (and 2 more problems)"


def test_findings_that_were_shown_are_not_said_again() -> None:
    """A document has the whole of it; a note is added to both."""
    error = FindingsError("api: two findings", where=Location("x", 1), fix="repair it", shown="it blocks")
    error.add("; a note")
    assert str(error) == "it blocks; a note"
    assert error.as_json()["error"] == {
        "kind": "findings",
        "code": 3,
        "message": "api: two findings; a note",
        "where": {"path": "x", "line": 1, "column": 0},
        "fix": "repair it",
    }
    plain = FindingsError("api: two findings")
    plain.add("; a note")
    assert plain.shown == ""
    assert str(plain) == "api: two findings; a note"


@pytest.mark.parametrize(
    ("where", "fix", "text", "place"),
    [(None, "", "a", None), (Location("x", 1, 2), "do a", "x:1:2: a\n  → do a", {"path": "x", "line": 1, "column": 2})],
)
def test_an_error_is_a_text_and_a_document(where: Location | None, fix: str, text: str, place: object) -> None:
    """With its parts, one by one."""
    for error, kind, code in (
        (DockgateError("a", where=where, fix=fix), "bug", 1),
        (ConfigError("a", where=where, fix=fix), "configuration", 2),
    ):
        assert (str(error), error.args) == (text, ("a",))
        assert error.as_json() == {"error": {"kind": kind, "code": code, "message": "a", "where": place, "fix": fix}}
