"""DG109: what it catches, and what it does not."""

from __future__ import annotations

from dockgate.guardrails.rules import dg109_reference
from tests.guardrails.environments import found_by, resolved


def test_catches_each_kind_and_not_defaults() -> None:
    """Undefined, required, malformed, circular; each at its line."""
    base = "A=${NOPE}\nB=${NOPE:?x}\nC=${\nD=${D}\nE=${A2:-x}\n"
    found = list(found_by(dg109_reference, resolved("", base)))
    assert [each.location.line for each in found] == [1, 2, 3, 4]
