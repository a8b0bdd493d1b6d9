"""DG107: what it catches, and what it does not."""

from __future__ import annotations

from dockgate.guardrails.rules import dg107_development_default
from tests.guardrails.environments import found_by, places, resolved


def test_catches_it_outside_development_and_not_inside() -> None:
    """The default itself, wherever it is set, shadowed or not; not in development, nor another value."""
    declared = '[A]\ndefault = "x"\ndev-default = true\n'
    assert places(found_by(dg107_development_default, resolved(declared, "A=x\n", name="prod", own="A=y\n"))) == [
        ("env/base.env", 1, "error")
    ]
    assert list(found_by(dg107_development_default, resolved(declared, "A=y\n", name="prod"))) == []
    assert list(found_by(dg107_development_default, resolved(declared, "A=x\n"))) == []
