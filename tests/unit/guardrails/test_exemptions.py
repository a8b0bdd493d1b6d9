"""Exemptions as they are written, listed and refused."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.errors import ConfigError
from dockgate.core.findings import Finding, Severity
from dockgate.core.location import Location
from dockgate.guardrails import exemptions
from dockgate.guardrails.exemptions import Exemption
from dockgate.guardrails.hit import Hit
from tests.guardrails.scenes import project
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2027, 1, 31)
WHOLE = Exemption("DG101", "env/*.env", "api", "TOKEN", "prod", "for a while", DAY, 1)
NARROW = Exemption("DG101", "", "api", "", "", "for a while", DAY)
HIT = Hit("m", "f", Location("env/dev.env", 3), service="api", name="TOKEN")
WRITTEN = '[[tool.dockgate.exemptions]]\ncode = "{}"\n{}\nreason = " r "\nexpires = 2027-01-31\n'


def test_an_exemption_is_listed_with_what_narrows_it() -> None:
    assert WHOLE.as_json() == {
        "code": "DG101", "path": "env/*.env", "service": "api", "name": "TOKEN", "environment": "prod",
        "reason": "for a while", "expires": "2027-01-31",
    }  # fmt: skip
    assert NARROW.as_json() == {"code": "DG101", "service": "api", "reason": "for a while", "expires": "2027-01-31"}
    assert str(WHOLE) == "exempt until 2027-01-31: DG101 prod env/*.env TOKEN: for a while"
    assert str(NARROW) == "exempt until 2027-01-31: DG101 api: for a while"


@pytest.mark.parametrize(
    ("code", "hit", "environment", "covered"),
    [
        ("DG101", HIT, "prod", True),
        ("DG102", HIT, "prod", False),
        ("DG101", HIT, "dev", False),
        ("DG101", Hit("m", "f", Location("env/x.toml"), service="api", name="TOKEN"), "prod", False),
        ("DG101", Hit("m", "f", Location("env/dev.env"), service="web", name="TOKEN"), "prod", False),
        ("DG101", Hit("m", "f", Location("env/dev.env"), service="api", name="OTHER"), "prod", False),
    ],
)
def test_every_part_of_it_has_to_fit(code: str, hit: Hit, environment: str, *, covered: bool) -> None:
    finding = Finding(hit.location, code, Severity.ERROR, "m", environment)
    assert WHOLE.covers(hit, finding) is covered
    assert NARROW.covers(hit, finding) is (code == "DG101" and hit.service == "api")


def test_each_is_read_with_its_number_and_its_end_has_its_line(tmp_path: Path) -> None:
    """The line of its own date, not that of the first one."""
    place = 'path = "a"\nservice = "api"\nname = "X"\nenvironment = "prod"'
    text = projects.PYPROJECT + WRITTEN.format("DG101", 'service = "api"') + WRITTEN.format("DG201", place)
    made = projects.make(tmp_path, text)
    first, second = exemptions.load(made)
    assert first == Exemption("DG101", "", "api", "", "", "r", DAY)
    assert second == Exemption("DG201", "a", "api", "X", "prod", "r", DAY, 1)
    lines = [number for number, line in enumerate(text.splitlines(), 1) if line.startswith("expires")]
    assert [each.expired(made) for each in (first, second)] == [
        Hit(
            f"the exemption from {each.code} ended on 2027-01-31",
            "repair what it excused, or decide anew and write a new date",
            Location("pyproject.toml", line),
        )
        for each, line in zip((first, second), lines, strict=True)
    ]


BULK = "name is missing, or path is a pattern: DG201 cannot be exempted in bulk"
ALL = "an exemption names the rule, the place, a reason and a date"


@pytest.mark.parametrize(
    ("changed", "what", "fix"),
    [
        ({"code": ""}, "code is missing", ALL),
        ({"reason": "  "}, "reason is missing", ALL),
        ({"path": ""}, "path or service is missing", "an exemption is for one place"),
        ({"expires": "soon"}, "expires must be a date", "write expires = 2027-01-31"),
        ({"until": 1}, "until is not a key of this table.", ""),
        ({"code": "DG201"}, BULK, "name both"),
        ({"code": "DG201", "name": "X", "path": "a*"}, BULK, "name both"),
        ({"code": "DG201", "name": "X", "path": "a?"}, BULK, "name both"),
        ({"code": "DG201", "name": "X", "path": "[a"}, BULK, "name both"),
    ],
)
def test_what_is_lacking_is_said(changed: dict[str, Any], what: str, fix: str) -> None:
    entry = {"code": "DG101", "path": "a", "reason": "r", "expires": DAY, **changed}
    with pytest.raises(ConfigError) as caught:
        exemptions.load(project({"exemptions": [entry]}))
    assert (caught.value.what, caught.value.fix) == (f"[tool.dockgate.exemptions] {what}", fix)
