"""A finding's text in a document for code hosts."""

from __future__ import annotations

import pytest

from dockgate.core.findings import Finding, Severity
from dockgate.core.location import Location
from dockgate.guardrails import sarif

PLACE = Location("a", 1)


@pytest.mark.parametrize(("environment", "fix", "text"), [("", "", "m"), ("prod", "f", "[prod] m. Fix: f")])
def test_a_code_host_reads_the_environment_and_the_fix_in_one_text(environment: str, fix: str, text: str) -> None:
    found = Finding(PLACE, "DG1", Severity.NOTE, "m", environment, fix)
    [result] = sarif.document([found], {})["runs"][0]["results"]
    assert result["message"] == {"text": text}
