"""A baseline excuses what was there, and nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.core.errors import ConfigError
from dockgate.core.findings import Finding, Severity
from dockgate.core.location import Location
from dockgate.guardrails import baseline
from dockgate.guardrails.report import Report

if TYPE_CHECKING:
    from pathlib import Path

OLD = Finding(Location("compose.yaml", 3, 1), "DG312", Severity.ERROR, "api is by tag", "prod", "pin it")
CROSSING = Finding(Location(".env", 1, 1), "DG201", Severity.ERROR, "X holds Y of prod", "dev", "remove it")
UNREAD = Finding(Location("x"), "DG000", Severity.ERROR, "could not look", "dev")
WARNING = Finding(Location("x"), "DG301", Severity.WARNING, "mounts", "dev")


def entries(root: Path) -> list[dict[str, Any]]:
    """Return what the file has."""
    return list(json.loads((root / baseline.FILE).read_text())["findings"])


def test_what_was_recorded_no_longer_blocks_wherever_its_line_is(tmp_path: Path) -> None:
    """It is recognised by rule, file, environment and message; it is listed as excused, and counted."""
    assert baseline.update(tmp_path, Report((OLD, WARNING))) == (1, 0)
    assert entries(tmp_path) == [
        {"path": "compose.yaml", "line": 3, "code": "DG312", "environment": "prod", "message": "api is by tag"}
    ]
    moved = replace(OLD, location=Location("compose.yaml", 30, 5))
    seen = baseline.applied(tmp_path, Report((moved, WARNING)))
    assert (seen.findings, seen.excused, seen.blocked) == ((WARNING,), (moved,), False)
    assert "1 finding of the baseline" in str(seen)


@pytest.mark.parametrize(
    "fields",
    [
        {"code": "DG313"},
        {"environment": "staging"},
        {"message": "db is by tag"},
        {"location": Location("other.yaml", 3)},
    ],
)
def test_anything_new_blocks(tmp_path: Path, fields: dict[str, Any]) -> None:
    """Another rule, place, environment or service; and a second one that is alike."""
    baseline.update(tmp_path, Report((OLD,)))
    assert baseline.applied(tmp_path, Report((replace(OLD, **fields),))).blocked
    again = replace(OLD, location=Location("compose.yaml", 9))
    seen = baseline.applied(tmp_path, Report((OLD, again)))
    assert (len(seen.findings), len(seen.baseline)) == (1, 1)


def test_crossing_rules_and_what_was_not_seen_are_never_recorded(tmp_path: Path) -> None:
    """Nor excused by a file that was written by hand."""
    assert baseline.update(tmp_path, Report((CROSSING, UNREAD))) == (0, 0)
    assert baseline.applied(tmp_path, Report((CROSSING, UNREAD))).findings == (CROSSING, UNREAD)
    row = {"path": ".env", "code": "DG201", "environment": "dev", "message": CROSSING.message}
    (tmp_path / baseline.FILE).write_text(json.dumps({"findings": [row]}))
    with pytest.raises(ConfigError, match="DG201 cannot be in a baseline"):
        baseline.applied(tmp_path, Report((CROSSING,)))


def test_what_was_repaired_is_removed_and_blocks_when_it_comes_back(tmp_path: Path) -> None:
    """By the next run of the guard, or by recording anew."""
    other = replace(OLD, message="db is by tag")
    baseline.update(tmp_path, Report((OLD, other)))
    assert baseline.prune(tmp_path, baseline.applied(tmp_path, Report((OLD, other)))) == 0
    assert baseline.prune(tmp_path, baseline.applied(tmp_path, Report((other,)))) == 1
    assert [each["message"] for each in entries(tmp_path)] == ["db is by tag"]
    assert baseline.applied(tmp_path, Report((OLD, other))).findings == (OLD,)
    assert baseline.update(tmp_path, baseline.applied(tmp_path, Report((OLD,)))) == (1, 1)


def test_of_several_alike_each_has_an_entry(tmp_path: Path) -> None:
    """As many as there were are excused, and kept."""
    alike = tuple(replace(OLD, location=Location("compose.yaml", line)) for line in (3, 5, 7))
    assert baseline.update(tmp_path, Report(alike)) == (3, 0)
    seen = baseline.applied(tmp_path, Report(alike))
    assert (seen.findings, seen.baseline) == ((), alike)
    assert baseline.prune(tmp_path, seen) == 0
    assert baseline.prune(tmp_path, baseline.applied(tmp_path, Report(alike[1:]))) == 1
    assert [each["line"] for each in entries(tmp_path)] == [3, 5]
    assert baseline.applied(tmp_path, Report(alike)).findings == alike[2:]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"findings": [1]}', '{"findings": [{"path": 1}]}', "\x00"])
def test_a_file_that_is_no_baseline_is_refused(tmp_path: Path, text: str) -> None:
    """And said with the command that repairs it."""
    (tmp_path / "env").mkdir()
    (tmp_path / baseline.FILE).write_text(text)
    with pytest.raises(ConfigError, match="is not a baseline") as caught:
        baseline.applied(tmp_path, Report((OLD,)))
    assert caught.value.fix == "rm env/guard-baseline.json; inv guard --baseline writes it anew"


@pytest.mark.parametrize("field", ["path", "code", "environment", "message"])
def test_a_baseline_has_texts(tmp_path: Path, field: str) -> None:
    (tmp_path / baseline.FILE).parent.mkdir()
    entry = {"path": "x", "code": "DG312", "environment": "", "message": "m", field: 5}
    (tmp_path / baseline.FILE).write_text(json.dumps({"findings": [entry]}))
    with pytest.raises(ConfigError, match="path, code, environment and message are texts"):
        baseline.load(tmp_path)


def test_the_file_is_read_in_a_review(tmp_path: Path) -> None:
    """A line for each field, in the same order each time, in its own letters; everyone may read it."""
    other = replace(OLD, location=Location("a.yaml"), message="größer")
    baseline.update(tmp_path, Report((OLD, other)))
    lines = (tmp_path / baseline.FILE).read_text(encoding="utf-8").splitlines(keepends=True)
    assert (lines[0], lines[1], lines[3], lines[-1]) == ("{\n", ' "findings": [\n', '   "path": "a.yaml",\n', "}\n")
    assert '   "message": "größer"\n' in lines
    assert (tmp_path / baseline.FILE).stat().st_mode & 0o777 == 0o644
    (tmp_path / baseline.FILE).write_text(
        '{"findings": [{"path": "x", "code": "DG312", "environment": "", "message": ""}]}'
    )
    assert [each.line for each in baseline.load(tmp_path) or ()] == [0]
