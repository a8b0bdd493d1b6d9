"""Text that is not ours reaches a terminal escaped."""

from __future__ import annotations

import json

import pytest

from dockgate.core import terminal
from dockgate.core.findings import Finding, Severity
from dockgate.core.location import Location

HOSTILE = "a\x1b[2K\rb\x9b1A\u202ec\udce4\u2028"


def test_no_control_character_is_left() -> None:
    """Lines and tabs of a text stay, and letters of every language."""
    assert terminal.safe(HOSTILE) == "a\\u001b[2K\\u000db\\u009b1A\\u202ec\\udce4\\u2028"
    assert terminal.safe("one\n\ttwö 好\n") == "one\n\ttwö 好\n"
    assert terminal.word("one\n\ttwö") == "one\\u000a\\u0009twö"


def test_a_document_stays_the_same() -> None:
    """An escape of ours is one of JSON, too."""
    text = json.dumps({HOSTILE: [HOSTILE]}, ensure_ascii=False)
    assert json.loads(terminal.safe(text)) == {HOSTILE: [HOSTILE]}
    terminal.safe(text).encode()


@pytest.mark.parametrize(
    "shown",
    [
        str(Location("a\nerror: forged", 1)),
        str(Finding(Location("a\nerror: forged", 1), "DG301", Severity.NOTE, "b\nerror: forged")),
    ],
)
def test_a_name_forges_no_line(shown: str) -> None:
    """A file may be called anything."""
    assert "\n" not in shown


def test_a_finding_about_a_shells_variable_says_so() -> None:
    """A finding about no variable and no file is about the project."""
    found = Finding(Location(""), "DG211", Severity.ERROR, "X is on", name="X")
    assert str(found) == "your shell: error DG211: X is on"
    assert str(Finding(Location(""), "DG404", Severity.ERROR, "dirty")) == "-: error DG404: dirty"
