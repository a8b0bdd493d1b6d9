"""DG103: what it catches, and what it does not."""

from __future__ import annotations

from dockgate.guardrails.rules import dg103_blank
from tests.guardrails.environments import found_by, places, resolved


def test_catches_blank_values_and_not_harmless_ones() -> None:
    """Required and blank is an error; blank over a value, a warning; blank by itself, fine."""
    declared = "[A]\nrequired = true\n[B]\n[C]\n"
    found = list(found_by(dg103_blank, resolved(declared, "A= \nB=x\nC=\n", own="B=\n")))
    assert places(found) == [("env/base.env", 1, "error"), ("env/dev.env", 1, "warning")]
