from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from dockgate.core.findings import Finding, Severity
from dockgate.core.location import Location
from dockgate.guardrails import sarif

# Beside the schema of OASIS (sarif-schema-2.1.0.json, as published with errata 01), the objects that Dockgate writes:
# nothing but the properties that are meant.
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
    Finding(Location("env/dev env", 3, 1), "DG201", Severity.ERROR, "holds X of prod", "dev", "remove it"),
    Finding(Location("pyproject.toml"), "DG401", Severity.WARNING, "not listed"),
    Finding(Location(""), "CL-0002", Severity.NOTE, "privileged"),
)


def log() -> dict[str, Any]:
    return sarif.document(FOUND, {"DG201": "a title", "DG999": "found nothing"}, FOUND[:1])


def test_the_log_is_valid_sarif() -> None:
    """Against the schema of the standard, formats too, and against the stricter excerpt; with and without findings."""
    import jsonschema  # noqa: PLC0415 - heavy: a process that does not need it does without

    standard = json.loads(Path(__file__).with_name("sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
    formats = jsonschema.Draft4Validator.FORMAT_CHECKER
    for document in (log(), sarif.document((), {})):
        jsonschema.Draft4Validator(standard, format_checker=formats).validate(document)
        jsonschema.Draft202012Validator(SCHEMA).validate(document)
        assert document["$schema"] == standard["id"]


def test_every_finding_is_a_result_of_its_rule() -> None:
    """Level, place, message and the rule that its index points at."""
    run = log()["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    shown = run["results"][:3]
    assert [result["level"] for result in shown] == ["error", "warning", "note"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    assert "region" not in shown[1]["locations"][0]["physicalLocation"]
    assert shown[2]["locations"] == []
    assert shown[1]["message"] == {"text": "not listed"}


def test_what_an_exemption_excuses_is_a_suppressed_result() -> None:
    """It is told, and does not count."""
    assert [result.get("suppressions") for result in log()["runs"][0]["results"]][-1] == [{"kind": "external"}]


@pytest.mark.parametrize("line", [4, 400])
def test_a_finding_keeps_its_identity_when_lines_move(line: int) -> None:
    """A code host then shows it as the same alert."""
    moved = replace(FOUND[0], location=Location(FOUND[0].location.path, line))
    one, other = sarif.document((FOUND[0],), {}), sarif.document((moved,), {})
    key = "partialFingerprints"
    assert one["runs"][0]["results"][0][key] == other["runs"][0]["results"][0][key]


def test_the_whole_log() -> None:
    """As it is written: each place with what is known of it."""
    place = {"artifactLocation": {"uri": "env/dev%20env"}, "region": {"startLine": 3, "startColumn": 1}}
    first = {
        "ruleId": "DG201",
        "ruleIndex": 1,
        "level": "error",
        "message": {"text": "[dev] holds X of prod. Fix: remove it"},
        "locations": [{"physicalLocation": place}],
    }
    run = log()["runs"][0]
    known = {key: value for key, value in run["results"][0].items() if key != "partialFingerprints"}
    line = sarif.document([replace(FOUND[0], location=Location("a", 3))], {})["runs"][0]["results"][0]["locations"][0]
    assert (known, run["columnKind"], run["tool"]["driver"]["name"]) == (first, "unicodeCodePoints", "dockgate")
    assert line == {"physicalLocation": {"artifactLocation": {"uri": "a"}, "region": {"startLine": 3}}}
    assert run["results"][0]["partialFingerprints"] == {"dockgate/v1": "9bff25f5bc3aac864b45c798f4332ecd"}
    assert [rule["shortDescription"]["text"] for rule in run["tool"]["driver"]["rules"]] == [
        "CL-0002", "a title", "DG401", "found nothing",
    ]  # fmt: skip
