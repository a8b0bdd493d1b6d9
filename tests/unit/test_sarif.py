from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from dockgate import sarif
from dockgate.findings import Finding, Severity

# Excerpt of the OASIS schema of SARIF 2.1.0, written by hand for the objects that Dockgate writes: their required
# properties, types and enumerations, and no property that the standard does not have.
POSITIVE = {"type": "integer", "minimum": 1}
MESSAGE = {
    "type": "object",
    "required": ["text"],
    "properties": {"text": {"type": "string"}},
    "additionalProperties": False,
}
LOCATION = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "physicalLocation": {
            "type": "object",
            "additionalProperties": False,
            "required": ["artifactLocation"],
            "properties": {
                "artifactLocation": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {"uri": {"type": "string", "format": "uri-reference"}},
                },
                "region": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {"startLine": POSITIVE, "startColumn": POSITIVE},
                },
            },
        }
    },
}
RESULT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["message"],
    "properties": {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": -1},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "message": MESSAGE,
        "locations": {"type": "array", "items": LOCATION},
        "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
        "suppressions": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["kind"],
                "properties": {"kind": {"enum": ["inSource", "external"]}},
            },
        },
    },
}
RULE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["id"],
    "properties": {"id": {"type": "string"}, "shortDescription": MESSAGE},
}
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["version", "runs"],
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"enum": ["2.1.0"]},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["tool"],
                "properties": {
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "additionalProperties": False,
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name"],
                                "additionalProperties": False,
                                "properties": {
                                    "name": {"type": "string"},
                                    "rules": {"type": "array", "uniqueItems": True, "items": RULE},
                                },
                            }
                        },
                    },
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {"type": "array", "items": RESULT},
                },
            },
        },
    },
}
FOUND = (
    Finding("env/dev env", 3, 1, "DG201", Severity.ERROR, "holds X of prod", "dev", "remove it"),
    Finding("pyproject.toml", 0, 0, "DG401", Severity.WARNING, "not listed"),
    Finding("", 0, 0, "CL-0002", Severity.NOTE, "privileged"),
)


def log() -> dict[str, Any]:
    return sarif.document(FOUND, {"DG201": "a title", "DG999": "found nothing"}, FOUND[:1])


def test_the_log_is_valid_sarif() -> None:
    """Against the excerpt of the schema; with and without findings."""
    for document in (log(), sarif.document((), {})):
        jsonschema.Draft202012Validator(SCHEMA).validate(document)


def test_every_finding_is_a_result_of_its_rule() -> None:
    """Level, place, message and the rule that its index points at."""
    run = log()["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    shown = run["results"][:3]
    assert [result["level"] for result in shown] == ["error", "warning", "note"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    assert shown[0]["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "env/dev%20env"},
        "region": {"startLine": 3, "startColumn": 1},
    }
    assert "region" not in shown[1]["locations"][0]["physicalLocation"]
    assert shown[2]["locations"] == []
    assert shown[0]["message"]["text"] == "[dev] holds X of prod Fix: remove it"


def test_what_an_exemption_excuses_is_a_suppressed_result() -> None:
    """It is told, and does not count."""
    assert [result.get("suppressions") for result in log()["runs"][0]["results"]][-1] == [{"kind": "external"}]


@pytest.mark.parametrize("line", [4, 400])
def test_a_finding_keeps_its_identity_when_lines_move(line: int) -> None:
    """A code host then shows it as the same alert."""
    moved = Finding(**{**vars_of(FOUND[0]), "line": line})
    one, other = sarif.document((FOUND[0],), {}), sarif.document((moved,), {})
    key = "partialFingerprints"
    assert one["runs"][0]["results"][0][key] == other["runs"][0]["results"][0][key]


def vars_of(finding: Finding) -> dict[str, Any]:
    return {name: getattr(finding, name) for name in finding.__slots__}
