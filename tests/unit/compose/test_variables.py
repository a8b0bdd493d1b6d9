"""Each variable in a Compose file is set, and Compose resolved it to the value that it was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dockgate.compose import variables
from dockgate.compose.variables import Use
from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """
# ${COMMENT}
services:
  api: &api
    image: ${API_IMAGE:?inv up sets it}
    environment:
      SIZE: "${SIEZ}"
      LEVEL: ${LEVEL:-info}${NOTHING+x}
      COST: $$5 $${NO}
  worker: *api
  seed: {<<: *api, command: [a, "$SIZE"]}
"""


def refused(text: str, *known: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        variables.check({"compose/base.yaml": text}, known)
    return caught.value


def test_names_the_place_the_near_name_and_all_others() -> None:
    """The first one's place, what was meant, and where the rest is; each once, aliases too."""
    how = "with ${%s:-}; image variables come from [tool.dockgate.images]"
    assert str(refused(TEXT, "SIZE")) == (
        'compose/base.yaml:5:12: API_IMAGE is not set; the file says "inv up sets it".'
        " The same holds for SIEZ (compose/base.yaml:7:13).\n"
        f"  → set it in an env layer, or allow it to be empty {how % 'API_IMAGE'}"
    )
    assert str(refused(TEXT, "SIZE", "API_IMAGE")) == (
        "compose/base.yaml:7:13: SIEZ is not set. Did you mean SIZE?\n"
        f"  → set it in an env layer, or allow it to be empty {how % 'SIEZ'}"
    )
    three = refused("a: $ONE\nb: $TWO\nc: $THREE $ONE\n")
    assert three.what.endswith("The same holds for TWO (compose/base.yaml:2:4), THREE (compose/base.yaml:3:4).")


def test_references_are_told_with_their_operators() -> None:
    text = "a: 'x${A:-b}${B?c}$C'\nservices: {x: {environment: {D: , E: 1}, build: {args: [F, G=1, 2]}}}\n"
    assert list(variables.uses("f", text)) == [
        Use("A", Location("f", 1, 4), ":-", "b"),
        Use("B", Location("f", 1, 4), "?", "c"),
        Use("C", Location("f", 1, 4), "", ""),
        Use("D", Location("f", 2, 30), bare=True),
        Use("F", Location("f", 2, 57), bare=True),
    ]
    assert list(variables.uses("f", "a: [")) == list(variables.uses("f", "")) == []


def test_what_holds_itself_is_read_once() -> None:
    text = "a: &a {b: *a, c: $X}\nenvironment: &e {D: , e: *e}\nf: &f [*f, {environment: [G]}]\n"
    assert [each.name for each in variables.uses("f", text)] == ["X", "D", "G"]


def test_every_document_of_a_file_counts() -> None:
    """Compose merges them: a secret of a later one would arrive empty."""
    found = variables.uses("f", "a: $A\nenvironment: [C]\n---\nb: $B\nenvironment: [D]\n")
    assert [(each.name, each.place.line, each.bare) for each in found] == [
        ("A", 1, False),
        ("B", 4, False),
        ("C", 2, True),
        ("D", 5, True),
    ]


@pytest.mark.parametrize(
    ("operator", "rest", "empty"),
    [
        ("", "", True),
        (":?", "x", True),
        (":-", "", True),
        ("-", "x", False),
        (":-", "x", False),
        ("+", "", False),
        (":+", "x", False),
    ],
)
def test_what_may_arrive_empty(operator: str, rest: str, *, empty: bool) -> None:
    assert Use("A", Location("f"), operator, rest).may_be_empty is empty


def test_without_a_schema_what_nothing_sets_is_told_once() -> None:
    """But for what the file itself asks for; with one, only Compose's own variables are empty."""
    text = "a: $ONE${THREE:-x}\nb: {environment: [FOUR]}\nc: $ONE$TWO\n"
    assert variables.check({"a.yaml": text}, (), strict=False) == ("ONE", "TWO")
    assert variables.check({"a.yaml": "a: $COMPOSE_FILE"}, ()) == ("COMPOSE_FILE",)
    with pytest.raises(ConfigError, match='ONE is not set; the file says "no"'):
        variables.check({"a.yaml": "a: ${ONE?no}"}, (), strict=False)


def test_names_are_found_in_a_document(tmp_path: Path) -> None:
    """Those of tables and those without a value, too."""
    document = {
        "services": {
            "a": {"environment": ["A", "B=1"], "build": {"args": {"C": None, "D": "$E"}}},
            "b": {"environment": {"F": None, "G": ""}, "build": None},
        },
        "secrets": {"s": {"environment": "H"}, "t": {"file": "$I"}},
        "configs": None,
    }
    assert variables.in_document(document) == frozenset("ACEFHI")
    assert list(variables.leaves({"a": ["x", {"b": "y"}], "c": 1, "d": "z"})) == [
        ("a[0]", "x"),
        ("a[1].b", "y"),
        ("d", "z"),
    ]
    target = projects.stack(projects.make(tmp_path))
    assert variables.composes(target) == {"COMPOSE_PROJECT_NAME": "shop-dev"}
    chosen = replace(target, environment=replace(target.environment, profiles=("a", "b")))
    assert variables.composes(chosen) == {"COMPOSE_PROJECT_NAME": "shop-dev", "COMPOSE_PROFILES": "a,b"}


def test_finds_nothing_where_all_is_set_or_has_a_default() -> None:
    """Comments and doubled dollars are no variables; a file that is no YAML is left to Compose."""
    variables.check({"a.yaml": TEXT, "b.yaml": "x: [${A}", "c.yaml": ""}, {"SIZE", "SIEZ", "API_IMAGE"})


def test_what_compose_resolved_is_what_it_was_given() -> None:
    """Equal values, doubled dollars, defaults and partial uses pass."""
    written = {"environment": {"A": "${A}", "B": "x${B:-y}", "C": "${C:?no}", "D": "$$LITERAL", "E": ["$A"]}}
    resolved = {"environment": {"A": "a$$b", "B": "xy", "C": "c", "D": "$$LITERAL", "E": ["a$$b"]}}
    variables.compare(resolved, written, {"A": "a$b", "C": "c"})


def test_another_value_is_an_error() -> None:
    """Compose saw something else."""
    written = {"environment": {"B": "${B}", "A": "${A:?set}"}, "command": ["$C", "${A}", "${D:-x}"], "user": "${A:-x}"}
    resolved = {"environment": {"B": "y", "A": "x"}, "command": ["", "z", "x"], "user": "x"}
    with pytest.raises(ConfigError) as caught:
        variables.compare(resolved, written, {"A": "y", "B": "y"})
    assert str(caught.value) == (
        "Compose resolved other values than Dockgate: command[0] uses C, which no layer sets; "
        "command[1] is not the value of A; environment.A is not the value of A"
    )


@pytest.mark.parametrize("use", ["${GONE}", "$GONE", "pre-${GONE}", "$$${GONE}"])
def test_a_variable_that_nothing_sets_is_an_error(use: str) -> None:
    """Compose itself would only warn and go on with an empty string."""
    with pytest.raises(ConfigError, match="GONE"):
        variables.compare({"command": [""]}, {"command": [use]}, {})


def test_another_spelling_of_the_same_meaning_agrees() -> None:
    """Compose writes paths, sizes and durations in a way of its own."""
    written = {"mem_limit": "${SIZE}", "volumes": [{"source": "${DATA}"}], "healthcheck": {"interval": "${EVERY}"}}
    resolved = {"mem_limit": "536870912", "volumes": [{"source": "/p/data"}], "healthcheck": {"interval": "1m30s"}}
    variables.compare(resolved, written, {"SIZE": "512m", "DATA": "./data", "EVERY": "90s"})


def test_what_is_set_elsewhere_is_no_unset_variable() -> None:
    """By the env file of an included project, for one."""
    variables.compare({"command": ["x"]}, {"command": ["${INCLUDED}"]}, {}, {"INCLUDED"})
