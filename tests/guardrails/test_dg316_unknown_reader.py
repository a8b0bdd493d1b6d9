from __future__ import annotations

from typing import Any

from dockgate.guardrails.rules import dg316_unknown_reader as rule
from tests.guardrails.scenes import catches, catches_not, context, model, resolved

SCHEMA = '[TOKEN]\nsecret = true\nreaders = ["api", "wroker"]\n[PORT]\nreaders = ["api"]\n'


def seen(**fields: Any) -> Any:
    return context("prod", resolved=resolved("prod", declared=SCHEMA), model=model(api={}, worker={}), **fields)


def test_catches_a_misspelt_reader() -> None:
    """At its line in the schema, with what was meant."""
    [hit] = catches(rule, seen())
    assert hit.name == "TOKEN"
    assert hit.location.line == 1
    assert "Did you mean worker?" in hit.message


def test_catches_not_a_service_of_another_environment() -> None:
    """Nor anything where others' services cannot be told."""
    catches_not(rule, seen(elsewhere=lambda: frozenset({"wroker"})))
    catches_not(rule, seen(elsewhere=lambda: None))


def test_catches_not_and_asks_not_where_all_are_here() -> None:
    """Reading the others' files is for those that need it."""
    env = resolved("prod", declared='[PORT]\nreaders = ["api"]\n')
    catches_not(rule, context("prod", resolved=env, model=model(api={}), elsewhere=lambda: 1 / 0))
