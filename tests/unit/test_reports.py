"""docs/reports.md names the tests of reports, and every one of them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests/reports"
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs/reports.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| source ")
]


def test_each_report_has_its_source_what_is_expected_and_its_state() -> None:
    """Held by a test of its own, whose text begins with the source, or open."""
    assert len(ROWS) > 15
    for source, tried, expected, state in ROWS:
        assert tried, source
        assert expected, source
        held = re.fullmatch(r"held: `(tests/reports/test_\w+\.py)`", state)
        assert held or state == "open", source
        if held:
            text = (ROOT / held[1]).read_text(encoding="utf-8")
            assert text.casefold().startswith(f'"""{source.partition(",")[0]}'.casefold()), source


def test_each_test_of_a_report_stands_in_the_log() -> None:
    """None is forgotten there."""
    named = {state.partition("`")[2].rstrip("`") for *_, state in ROWS}
    assert {f"tests/reports/{path.name}" for path in TESTS.glob("test_*.py")} == named
