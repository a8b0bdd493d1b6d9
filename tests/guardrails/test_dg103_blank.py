"""DG103: what it catches, and what it does not."""

from __future__ import annotations

from dockgate.guardrails.rules import dg103_blank
from tests.guardrails.environments import found_by, places, resolved


def test_catches_blank_values_and_not_harmless_ones() -> None:
    """Required and blank is an error; blank over a value, a warning; blank by itself, fine."""
    declared = "[A]\nrequired = true\n[B]\n[C]\n"
    found = list(found_by(dg103_blank, resolved(declared, "A= \nB=x\nC=\n", own="B=\n")))
    assert places(found) == [("env/base.env", 1, "error"), ("env/dev.env", 1, "warning")]
    assert [each.name for each in found] == ["A", "B"]


def test_catches_one_that_is_required_in_this_environment() -> None:
    """In another one it may be blank; what hides nothing but blanks is fine, and so is a wrong reference."""
    declared = '[C]\n[A]\nrequired = ["prod"]\n[B]\n'
    text = "C=${NOPE}\nA=\nB=\n"
    assert places(found_by(dg103_blank, resolved(declared, text, own="B=\n"))) == []
    found = found_by(dg103_blank, resolved(declared, text, own="A=\nB=\n", name="prod"))
    assert places(found) == [("env/prod.env", 1, "error")]
