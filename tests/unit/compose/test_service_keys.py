"""Which keys the start-up knows, held to the Compose specification's own schema."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from dockgate.compose import service_keys
from dockgate.compose.model import Model

SCHEMA = resources.files("check_jsonschema") / "builtin_schemas/vendor/compose-spec.json"


def properties(node: dict[str, Any], parts: dict[str, Any]) -> set[str]:
    """Return the properties of a schema, with those of what it refers to."""
    found = set(node.get("properties", {}))
    for each in node.get("allOf", ()):
        found |= properties(each, parts)
    return found | (properties(parts[node["$ref"].rpartition("/")[2]], parts) if "$ref" in node else set())


def test_every_key_of_the_specification_is_on_one_of_the_lists() -> None:
    """It grows with the specification: decide for a new key whether the start-up does what it asks for."""
    schema = json.loads(SCHEMA.read_text())
    parts = schema.get("$defs") or schema["definitions"]
    assert properties(parts["service"], parts) == service_keys.KNOWN | service_keys.COMPOSES
    assert properties(schema, parts) == service_keys.TOP | service_keys.COMPOSES_TOP
    assert not service_keys.KNOWN & service_keys.COMPOSES


def test_a_key_that_no_list_has_is_left_to_compose() -> None:
    """A hook of a later Compose runs; what only has a name of one's own, and what is switched off, changes nothing."""
    service = {"image": "a", "pre_start": [{"command": ["migrate"]}], "of_tomorrow": True, "x-mine": 1, "models": None}
    found = Model.parse({"name": "p", "services": {"api": service}, "jobs": {"nightly": {}}, "x-top": {}})
    assert found.unsupported() == ("jobs", "services.api.of_tomorrow", "services.api.pre_start")
