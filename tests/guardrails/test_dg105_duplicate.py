"""DG105: what it catches, and what it does not."""

from __future__ import annotations

from dockgate.guardrails.rules import dg105_duplicate
from tests.guardrails.environments import found_by, places, resolved


def test_catches_what_a_later_line_replaces_and_not_layers() -> None:
    """The statement that loses, an error where the values differ; two files are layers, not duplicates."""
    found = list(found_by(dg105_duplicate, resolved("[A]\n[B]\n", "A=1\nB=1\nA=2\nB=1\n", own="A=3\n")))
    assert places(found) == [("env/base.env", 1, "error"), ("env/base.env", 2, "warning")]
