"""Findings as a person and a program read them."""

from __future__ import annotations

import pytest

from dockgate.core.findings import Finding, Severity, blocking, summary
from dockgate.core.location import Location

PLACE = Location("compose.yaml", 3, 5)
FOUND = Finding(PLACE, "DG301", Severity.ERROR, "api: is open", "prod", "close it", "PORT")


def test_a_program_reads_all_but_the_name() -> None:
    assert FOUND.as_json() == {
        "code": "DG301",
        "severity": "error",
        "message": "api: is open",
        "environment": "prod",
        "path": "compose.yaml",
        "line": 3,
        "column": 5,
        "fix": "close it",
    }


@pytest.mark.parametrize(
    ("found", "line"),
    [
        (FOUND, "compose.yaml:3:5: error DG301 [prod]: api: is open\n  → close it"),
        (Finding(PLACE, "DG301", Severity.NOTE, "a\nb"), "compose.yaml:3:5: note DG301: a\\u000ab"),
        (Finding(Location(""), "DG1", Severity.WARNING, "x"), "-: warning DG1: x"),
        (Finding(Location(""), "DG1", Severity.WARNING, "x", name="A"), "your shell: warning DG1: x"),
    ],
)
def test_a_person_reads_one_line_and_the_fix(found: Finding, line: str) -> None:
    assert str(found) == line


def test_only_errors_block_and_the_first_one_stands_for_them() -> None:
    """In the order of their places."""
    later = Finding(Location("z"), "DG2", Severity.ERROR, "y")
    assert blocking([later, Finding(PLACE, "DG3", Severity.WARNING, "w"), FOUND]) == (FOUND, later)
    assert summary([FOUND], "inv guard") == "DG301: api: is open"
    assert summary([FOUND, later], "inv guard") == "DG301: api: is open (and 1 more finding: inv guard shows all)"
