"""What a rule found, as a finding."""

from __future__ import annotations

from dockgate.core.findings import Finding, Severity
from dockgate.core.location import Location
from dockgate.guardrails.hit import Hit

PLACE = Location("a", 1)


def test_a_hit_becomes_a_finding_of_its_rule_or_of_its_linter() -> None:
    hit = Hit("m", "f", PLACE, Severity.NOTE, "api", "TOKEN", group="g")
    expected = Finding(PLACE, "DG101", Severity.NOTE, "m", "prod", "f", "TOKEN")
    assert hit.finding("DG101", "prod") == expected
    own = Hit("m", "f", PLACE, code="CL-1").finding("DG101", "")
    assert own == Finding(PLACE, "CL-1", Severity.ERROR, "m", "", "f")


def test_what_was_found_before_the_rules_is_a_hit() -> None:
    """Its rule gives it a code and an environment anew."""
    found = Finding(PLACE, "DG1", Severity.NOTE, "m", "prod", "f", "TOKEN")
    assert Hit.of(found) == Hit("m", "f", PLACE, Severity.NOTE, name="TOKEN")
