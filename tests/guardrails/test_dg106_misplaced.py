"""DG106: what it catches, and what it does not."""

from __future__ import annotations

from dockgate.guardrails.rules import dg106_misplaced
from tests.guardrails.environments import found_by, places, resolved


def test_catches_it_anywhere_and_not_where_it_belongs() -> None:
    """In a file, in a layer below, and in the shell."""
    declared = '[DEBUG]\nenvironments = ["dev"]\n'
    found = list(found_by(dg106_misplaced, resolved(declared, "DEBUG=1\n", name="prod", process={"DEBUG": "1"})))
    assert places(found) == [("env/base.env", 1, "error"), ("", 0, "error")]
    assert list(found_by(dg106_misplaced, resolved(declared, "DEBUG=1\n", process={"DEBUG": "1"}))) == []
