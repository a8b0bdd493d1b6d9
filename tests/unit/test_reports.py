"""docs/reports.md names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs/reports.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| report ")
]


def test_each_report_that_is_held_names_its_test() -> None:
    """A report, what was tried, what is expected, and where that is tested, or nothing."""
    assert len(ROWS) > 15
    for report, tried, expected, test in ROWS:
        assert report, tried
        assert expected, report
        if test:
            path, _, name = test.strip("`").partition("::")
            assert re.search(rf"^def {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE), test
