"""What Compose resolved is what it was given."""

from __future__ import annotations

import pytest

from dockgate.compose import read_back
from dockgate.core.errors import ConfigError


def test_agrees() -> None:
    """Equal values, doubled dollars, defaults and partial uses pass."""
    written = {"environment": {"A": "${A}", "B": "x${B:-y}", "C": "${C:?no}", "D": "$$LITERAL", "E": ["$A"]}}
    resolved = {"environment": {"A": "a$$b", "B": "xy", "C": "c", "D": "$$LITERAL", "E": ["a$$b"]}}
    read_back.check(resolved, written, {"A": "a$b", "C": "c"})


def test_another_value_is_an_error() -> None:
    """Compose saw something else."""
    with pytest.raises(ConfigError, match=r"environment\.A is not the value of A"):
        read_back.check({"environment": {"A": "x"}}, {"environment": {"A": "${A}"}}, {"A": "y"})


@pytest.mark.parametrize("use", ["${GONE}", "$GONE", "pre-${GONE}", "$$${GONE}"])
def test_a_variable_that_nothing_sets_is_an_error(use: str) -> None:
    """Compose itself would only warn and go on with an empty string."""
    with pytest.raises(ConfigError, match="GONE"):
        read_back.check({"command": [""]}, {"command": [use]}, {})


def test_another_spelling_of_the_same_meaning_agrees() -> None:
    """Compose writes paths, sizes and durations in a way of its own."""
    written = {"mem_limit": "${SIZE}", "volumes": [{"source": "${DATA}"}], "healthcheck": {"interval": "${EVERY}"}}
    resolved = {"mem_limit": "536870912", "volumes": [{"source": "/p/data"}], "healthcheck": {"interval": "1m30s"}}
    read_back.check(resolved, written, {"SIZE": "512m", "DATA": "./data", "EVERY": "90s"})


def test_what_is_set_elsewhere_is_no_unset_variable() -> None:
    """By the env file of an included project, for one."""
    read_back.check({"command": ["x"]}, {"command": ["${INCLUDED}"]}, {}, {"INCLUDED"})


def test_values_are_not_printed() -> None:
    """The error names the variable, not what is in it."""
    with pytest.raises(ConfigError) as caught:
        read_back.check({"image": "resolved-value"}, {"image": "${A}"}, {"A": "given-value"})
    assert "value" not in str(caught.value).replace("is not the value of", "")
