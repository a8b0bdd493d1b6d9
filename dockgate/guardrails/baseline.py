"""A baseline: the findings that a repository had when it adopted the guardrails. They do not block; every new one does.

applied(root, report) -> Report             without those that are recorded
recorded(report) -> tuple[Entry, ...]       what can be recorded of a report
update(root, report) -> added, removed      writes the file anew
prune(root, report) -> removed              takes out of it what was repaired

A finding is recognised by its rule, file, environment and message: its line may move. Crossing rules (DG2xx) and what
could not be looked at are never recorded.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from dockgate.core.errors import ConfigError
from dockgate.core.findings import blocking
from dockgate.core.location import Location
from dockgate.guardrails.exemptions import CROSSING
from dockgate.system import atomic_file, regular_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from dockgate.core.findings import Finding
    from dockgate.guardrails.report import Report

FILE = "env/guard-baseline.json"
UNKNOWN = "DG0"  # what could not be looked at, an exemption that has ended: not findings of a rule
READABLE = 0o644  # it is committed, and holds no value


class Entry(Struct, frozen=True, order=True):
    """One finding that is known; `line` is where it was, for people."""

    path: str
    code: str
    environment: str
    message: str
    line: int = 0

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Return what recognises it."""
        return self.path, self.code, self.environment, self.message


def applied(root: Path, report: Report) -> Report:
    """Return a report in which what the baseline has is excused; one of two alike needs an entry of its own."""
    known = Counter(each.key for each in load(root) or ())
    if not known:
        return report
    findings, excused = [], []
    for finding in report.findings:
        entry = _entry(finding)
        if entry and known[entry.key] > 0:
            known[entry.key] -= 1
            excused.append(finding)
        else:
            findings.append(finding)
    return replace(
        report, findings=tuple(findings), excused=tuple(sorted({*report.excused, *excused})), baseline=tuple(excused)
    )


def recorded(report: Report) -> tuple[Entry, ...]:
    """Return the entries for what blocks, and for what is excused by the baseline already."""
    return tuple(sorted(filter(None, map(_entry, (*blocking(report.findings), *report.baseline)))))


def update(root: Path, report: Report) -> tuple[int, int]:
    """Record today's findings in place of those before; return how many are new, and how many are gone."""
    before, now = Counter(_keys(load(root) or ())), recorded(report)
    _write(root, now)
    today = Counter(_keys(now))
    return (today - before).total(), (before - today).total()


def prune(root: Path, report: Report) -> int:
    """Take out of the file what this report has no longer, so that it blocks when it comes back; return how many."""
    before = load(root) or ()
    left = Counter(_keys(filter(None, map(_entry, report.baseline))))
    kept = []
    for each in before:
        if left[each.key] > 0:
            left[each.key] -= 1
            kept.append(each)
    if len(kept) < len(before):
        _write(root, kept)
    return len(before) - len(kept)


def load(root: Path) -> tuple[Entry, ...] | None:
    """Return the entries, None without a file; ConfigError for a file that is not a baseline."""
    try:
        written: Any = json.loads(regular_file.text(root / FILE))
        return tuple(_read(each) for each in written["findings"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, LookupError, AttributeError) as error:
        fix = f"rm {FILE}; inv guard --baseline writes it anew"
        raise ConfigError(f"is not a baseline: {error}", where=Location(FILE), fix=fix) from error


def _read(written: Any) -> Entry:
    path, code, environment, message = texts = [written[key] for key in ("path", "code", "environment", "message")]
    if not all(isinstance(each, str) for each in texts):
        msg = "path, code, environment and message are texts"
        raise ValueError(msg)
    if code.startswith((CROSSING, UNKNOWN)):
        msg = f"{code} cannot be in a baseline"
        raise ValueError(msg)
    return Entry(path, code, environment, message, int(written.get("line", 0)))


def _entry(finding: Finding) -> Entry | None:
    if finding.code.startswith((CROSSING, UNKNOWN)) or not blocking((finding,)):
        return None
    place = finding.location
    return Entry(place.path, finding.code, finding.environment, finding.message, place.line)


def _keys(entries: Iterable[Entry | None]) -> list[tuple[str, str, str, str]]:
    return [each.key for each in entries if each]


def _write(root: Path, entries: Iterable[Entry]) -> None:
    rows = [
        {"path": each.path, "line": each.line, "code": each.code, "environment": each.environment}
        | {"message": each.message}
        for each in sorted(entries)
    ]
    text = json.dumps({"findings": rows}, indent=1, ensure_ascii=False) + "\n"
    atomic_file.replace(root / FILE, text.encode(), READABLE)
