"""Each variable in a Compose file is set, and Compose resolved it to the value that it was given."""

from __future__ import annotations

import pytest

from dockgate.compose import variables
from dockgate.core.errors import ConfigError
from dockgate.core.location import Location

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
    error = refused(TEXT, "SIZE")
    assert error.where == Location("compose/base.yaml", 5, 12)
    assert 'API_IMAGE is not set; the file says "inv up sets it".' in error.what
    assert error.what.endswith("So are SIEZ (compose/base.yaml:7:13).")
    assert "Did you mean SIZE?" in refused(TEXT, "SIZE", "API_IMAGE").what


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
    with pytest.raises(ConfigError, match=r"environment\.A is not the value of A"):
        variables.compare({"environment": {"A": "x"}}, {"environment": {"A": "${A}"}}, {"A": "y"})


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


def test_values_are_not_printed() -> None:
    """The error names the variable, not what is in it."""
    with pytest.raises(ConfigError) as caught:
        variables.compare({"image": "resolved-value"}, {"image": "${A}"}, {"A": "given-value"})
    assert "value" not in str(caught.value).replace("is not the value of", "").replace("other values", "")
