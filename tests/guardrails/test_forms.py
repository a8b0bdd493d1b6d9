"""What every rule of models finds in each form that a service may have: `forms.txt`, in each environment.

The rules' own tests say what each is for; these hold that nothing else is found, and nothing less. After a change of
rules, remove the file, and `DOCKGATE_TEXTS=write pytest tests/guardrails/test_forms.py` makes it anew.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dockgate.guardrails import registry
from dockgate.guardrails.hit import Scope
from tests import said
from tests.guardrails import forms, scenes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dockgate.guardrails.context import Context
    from dockgate.guardrails.rule import Rule

RULES = [rule for rule in registry.rules() if rule.SCOPE is Scope.MODEL]
MARKED = {"environments": {"prod": {"markers": {"hosts": ["db.shop.example"], "databases": ["orders"]}}}}


@functools.cache
def context(environment: str) -> Context:
    """Return what is looked at: all of them in one model."""
    return scenes.context(
        environment,
        "POSTGRES_PASSWORD=a value of ours 77\nTOKEN=x\n",
        project=scenes.project(MARKED),
        model={**scenes.model(**forms.SERVICES), **forms.SHARED},
        target=scenes.target(environment),
        uses=dict.fromkeys(("nothing", "hardened", "secrets"), ("TOKEN",)),
        folders=frozenset({f"{scenes.ROOT}/app", str(scenes.ROOT)}),
        missing=frozenset({f"{scenes.ROOT}/app.ini", "/srv/x"}),
    )


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
@pytest.mark.parametrize("rule", RULES, ids=[rule.CODE for rule in RULES])
def test_what_a_rule_finds_in_each_form(rule: Rule, environment: str) -> None:
    texts: dict[str, list[str]] = {}
    hits = list(rule.check(context(environment)))
    for hit in hits:
        code = " ".join(hit.code)
        # A linter's words are its own.
        told = f"{hit.severity} {hit.location} {hit.name}" + ("" if hit.code else f": {hit.message} → {hit.fix}")
        texts.setdefault(f"{code} {told.replace(hit.service or '|', '_')}".strip(), []).append(hit.service or "-")
    lines = [f"{told} | {', '.join(services)}" for told, services in texts.items()]
    hold(rule, environment, (len(hits), *lines))


def hold(rule: Rule, environment: str, lines: Iterable[object]) -> None:
    """Hold what is said; a rule of which none is written down is new, and its own tests have it."""
    file = Path(__file__).with_name("forms.txt")
    if said.WRITE or any(line.startswith(rule.CODE) for line in said.known(file)):
        said.hold(file, (f"{rule.CODE} {environment} {each}" for each in lines))
