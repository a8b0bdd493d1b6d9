"""The model of Compose's grammar, held to what the real program said (tests/dialect_table.py)."""

from __future__ import annotations

import pytest

from dockgate.env import compose_dialect
from tests.dialect_table import CONTEXT, TABLE


def read(text: str) -> dict[str, str] | None:
    try:
        statements = compose_dialect.read(text.removeprefix("\ufeff"), CONTEXT.get)
    except compose_dialect.RefusedError:
        return None
    values = ((name, CONTEXT.get(name) if value is None else value) for name, value in statements)
    return {name: value for name, value in values if value is not None}


@pytest.mark.parametrize(("text", "resolved"), TABLE)
def test_reads_as_compose_does(text: str, resolved: dict[str, str] | None) -> None:
    """Each recorded statement has the recorded value, or is refused."""
    assert read(text) == resolved


def test_a_value_from_the_context_is_taken_before_one_of_the_file() -> None:
    """A reference finds what the process environment has, not what the file says above."""
    assert read("SET=file\nA=${SET}\n") == {"SET": "file", "A": "v"}


def test_references_nest_as_deep_as_is_allowed() -> None:
    deep = compose_dialect.MAX_NESTING
    assert read("A=" + "${NOPE:-" * deep + "x" + "}" * deep) == {"A": "x"}
    assert read("A=" + "${NOPE:-" * (deep + 1) + "x" + "}" * (deep + 1)) is None


def test_the_last_brace_of_the_line_closes_what_nothing_balances() -> None:
    """Unbalanced braces in a default end at the last brace, not at the first."""
    assert read("A=${NOPE-{{x}}\n") == {"A": "{{x}"}
    assert read('A="${NOPE-{x}\n}\n}"\n') == {"A": "{x\n}\n}"}
    assert read('A="x\n${NOPE-{y}}"\n') == {"A": "x\n{y}"}
