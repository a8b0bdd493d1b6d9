"""Which secrets a service gets in clear."""

from __future__ import annotations

from dockgate.guardrails import exposed
from tests.guardrails.scenes import context, model, resolved

SERVICES = model(
    api={
        "environment": {"TOKEN": "x", "A": "is known-77 here", "B": "known-7", "C": None, "DSN": "postgres://a:Zx91kQwe@b"},
        "labels": {"l": "known-77", "m": ""},
        "secrets": [{"source": "one"}, "two", {}],
    },
    web={"environment": {"P": "a$$b-secret"}, "secrets": [{"source": "three"}]},
)  # fmt: skip
TABLE = {"one": {"environment": "ONE"}, "two": {"environment": "TWO"}, "three": {"file": "/x"}}


def test_variables_by_name_by_value_and_by_looks() -> None:
    """A known value counts from eight characters on, also inside another, as the container sees it."""
    declared = "[TOKEN]\nsecret = true\n[S]\nsecret = true\n[P]\nsecret = true\n[Q]\n"
    env = resolved("dev", "", secrets={"S": "known-77", "P": "a$b-secret", "Q": "known-7"}, declared=declared)
    assert [*exposed.variables(context(resolved=env, model=SERVICES))] == [
        ("api", "environment", "TOKEN"),
        ("api", "environment", "A"),
        ("api", "environment", "DSN"),
        ("api", "labels", "l"),
        ("web", "environment", "P"),
    ]


def test_secrets_that_compose_makes_of_variables() -> None:
    """In either spelling."""
    assert [*exposed.copies(context(model={**SERVICES, "secrets": TABLE}))] == [
        ("api", "one", "ONE"),
        ("api", "two", "TWO"),
    ]
    assert [*exposed.copies(context(model=SERVICES))] == []
