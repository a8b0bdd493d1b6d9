"""Findings as SARIF 2.1.0, which code hosts show beside the lines that they are about."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dockgate.core.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dockgate.core.findings import Finding

VERSION = "2.1.0"
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}


def document(findings: Iterable[Finding], titles: Mapping[str, str], excused: Iterable[Finding] = ()) -> dict[str, Any]:
    """Return the log: `titles` has the rules that ran by code; excused findings are there as suppressed results."""
    shown, hidden = tuple(findings), tuple(excused)
    rules = dict(sorted({**{each.code: each.code for each in (*shown, *hidden)}, **titles}.items()))
    index = {code: number for number, code in enumerate(rules)}
    results = [
        *(_result(each, index[each.code]) for each in shown),
        *({**_result(each, index[each.code]), "suppressions": [{"kind": "external"}]} for each in hidden),
    ]
    driver = {
        "name": "dockgate",
        "rules": [{"id": code, "shortDescription": {"text": title}} for code, title in rules.items()],
    }
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": VERSION, "runs": [run]}


def _result(finding: Finding, index: int) -> dict[str, Any]:
    scope = f"[{finding.environment}] " if finding.environment else ""
    fix = f". Fix: {finding.fix}" if finding.fix else ""
    return {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": LEVELS[finding.severity],
        "message": {"text": f"{scope}{finding.message}{fix}"},
        "locations": [_location(finding)] if finding.location.path else [],
        "partialFingerprints": {"dockgate/v1": _identity(finding)},
    }


def _location(finding: Finding) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(finding.location.path)}}
    if finding.location.line:
        column = {"startColumn": finding.location.column} if finding.location.column else {}
        place["region"] = {"startLine": finding.location.line, **column}
    return {"physicalLocation": place}


def _identity(finding: Finding) -> str:
    """Return what stays the same while lines above move: code, file, environment and message."""
    text = f"{finding.code}\0{finding.location.path}\0{finding.environment}\0{finding.message}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]
