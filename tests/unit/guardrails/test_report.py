"""A report as a document, as a text and as an error."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from dockgate.core.errors import FindingsError
from dockgate.core.findings import Finding, Severity
from dockgate.core.location import Location
from dockgate.guardrails.evidence import Skipped
from dockgate.guardrails.exemptions import Exemption
from dockgate.guardrails.report import Checked, Report

ERROR = Finding(Location("a", 1), "DG101", Severity.ERROR, "m", "dev", "f")
SHELL = Finding(Location(""), "DG102", Severity.ERROR, "n", "dev", "g", "TOKEN")
WARNING = Finding(Location("b"), "DG103", Severity.WARNING, "o")
EXEMPT = Exemption("DG103", "b", "", "", "", "r", date(2027, 1, 31))
WHOLE = Report(
    (ERROR, WARNING),
    (Checked("dev", ("DG101", "DG103")), Checked("", ())),
    (EXEMPT,),
    (SHELL,),
    (Skipped("p", "large"),),
)


def test_a_program_reads_all_of_it() -> None:
    assert WHOLE.as_json() == {
        "findings": [ERROR.as_json(), WARNING.as_json()],
        "checked": [{"environment": "dev", "rules": ["DG101", "DG103"]}, {"environment": "", "rules": []}],
        "blocked": True,
        "exemptions": [EXEMPT.as_json()],
        "excused": [SHELL.as_json()],
        "skipped": [{"path": "p", "reason": "large"}],
    }


def test_a_person_reads_findings_what_was_left_out_and_figures() -> None:
    """Each environment once, and the files of all."""
    assert str(replace(WHOLE, checked=(*WHOLE.checked, *WHOLE.checked), baseline=(ERROR, ERROR))) == (
        "a:1: error DG101 [dev]: m\n  → f\n"
        "b: warning DG103: o\n"
        "exempt until 2027-01-31: DG103 b: r\n"
        "not looked at: p (large)\n"
        "2 findings of the baseline, which no longer block\n"
        "checked dev, files: 1 error, 1 warning"
    )
    assert str(Report()) == "checked nothing: nothing found"


@pytest.mark.parametrize(("number", "shown"), [(5, "p0, p1, p2, p3, p4"), (6, "p0, p1, p2, p3, p4 and 1 more")])
def test_of_many_paths_the_first_are_shown(number: int, shown: str) -> None:
    """One whose name would move the cursor is escaped."""
    every = (*(Skipped(f"p{each}", "large") for each in range(number)), Skipped("\x1b", "closed"))
    assert str(Report(skipped=every)).splitlines()[:-1] == [
        f"not looked at: {shown} (large)",
        "not looked at: \\u001b (closed)",
    ]


@pytest.mark.parametrize(
    ("findings", "what", "where", "shown"),
    [
        ((WARNING, ERROR), "DG101: m", Location("a", 1), "blocked by 1 finding"),
        ((ERROR, SHELL), "DG102: n (and 1 more finding: inv guard shows all)", None, "blocked by 2 findings"),
    ],
)
def test_it_is_refused_with_the_first_that_blocks(
    findings: tuple[Finding, ...], what: str, where: Location | None, shown: str
) -> None:
    with pytest.raises(FindingsError) as caught:
        Report(findings).refuse()
    error = caught.value
    assert (error.what, error.where, error.fix, error.shown) == (what, where, ERROR.fix if where else SHELL.fix, shown)


def test_two_reports_add_up_part_by_part() -> None:
    """What both found, excused or left out is there once, in order; what was checked and the baseline in a row."""
    other = Report(
        (ERROR,), (Checked("prod", ()),), (EXEMPT,), (SHELL, ERROR), (Skipped("a", "x"), *WHOLE.skipped), (ERROR,)
    )
    assert WHOLE + other == Report(
        (ERROR, WARNING),
        (*WHOLE.checked, Checked("prod", ())),
        (EXEMPT,),
        (SHELL, ERROR),
        (Skipped("a", "x"), Skipped("p", "large")),
        (ERROR,),
    )
