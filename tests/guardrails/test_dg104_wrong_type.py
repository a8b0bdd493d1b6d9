"""DG104: what it catches, and what it does not."""

from __future__ import annotations

from dockgate.guardrails.rules import dg104_wrong_type
from tests.guardrails.environments import found_by, places, resolved


def test_catches_the_winner_and_not_what_it_shadows() -> None:
    """The winner counts; a blank one and one that failed are others' business."""
    declared = "[A]\ntype = 'port'\n[B]\ntype = 'port'\n[C]\ntype = 'port'\n[D]\ntype = 'int'\n"
    found = list(
        found_by(dg104_wrong_type, resolved(declared, "A=http\nB=80\nC=\nD=${NOPE}\n", own="A=443\nB=99999\n"))
    )
    assert places(found) == [("env/dev.env", 2, "error")]
    assert "99999" not in str(found)
    assert found[0].fix == "correct it; env/schema.toml:3 says what it may be"


def test_catches_and_catches_not_after_references() -> None:
    """Types hold for what the container gets."""
    declared = "[A]\ntype = 'port'\n[B]\n"
    assert list(found_by(dg104_wrong_type, resolved(declared, "A=80${B}\nB=80\n"))) == []
    assert len(list(found_by(dg104_wrong_type, resolved(declared, "A=80${B}\nB=x\n")))) == 1
