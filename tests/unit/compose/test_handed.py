"""Secrets that Compose files refer to by name: each is given its value, or refused; none arrives empty."""

from __future__ import annotations

import pytest
import yaml

from dockgate.compose import handed, variables
from dockgate.compose.handed import Handed
from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.core.secret import Secret

FIX = "inv secrets.set TOKEN --env=dev"
WAYS = [
    "services: {a: {environment: {X: '${TOKEN}'}}}\nx: $TOKEN",
    "services: {a: {environment: {X: 'x$TOKEN'}}}",
    "services: {a: {environment: {X: '${TOKEN:?set it}'}}}",
    "services: {a: {environment: {X: '${TOKEN:-}'}}}",
    "services: {a: {environment: {X: '${TOKEN-}'}}}",
    "services: {a: {environment: [TOKEN]}}",
    "services: {a: {environment: {TOKEN: }}}",
    "services: {a: {environment: {TOKEN: null}}}",
    "services: {a: {build: {context: ., args: [TOKEN]}}}",
    "services: {a: {command: [run, '--key=${TOKEN}']}}",
    "secrets: {x: {environment: TOKEN}}",
]
OTHER = [
    "services: {a: {secrets: [TOKEN]}}",
    "secrets: {TOKEN: {file: '${DOCKGATE_SECRETS}/TOKEN'}}",
    "services: {a: {environment: {TOKEN_FILE: /run/secrets/TOKEN, TOKEN: literal, X: '$${TOKEN}'}}}",
    "services: {a: {environment: [TOKEN=literal, TOKENS]}}",
    "# environment: [TOKEN]\nservices: {}",
]


@pytest.mark.parametrize("text", WAYS)
def test_each_way_to_name_a_secret_is_found_and_refused_without_a_value(text: str) -> None:
    """In the text of a file, and in Compose's document of it; the advice is to set it, never to do without."""
    assert "TOKEN" in variables.in_texts({"a.yaml": text})
    assert "TOKEN" in variables.in_document(yaml.safe_load(text))
    lacking = Handed(lacking={"TOKEN": FIX}, declared=frozenset({"TOKEN"}))
    for strict in (True, False):
        with pytest.raises(ConfigError, match="the secret TOKEN has no value, and would arrive empty") as caught:
            variables.check({"a.yaml": text}, {"OTHER"}, strict=strict, handed=lacking)
        assert caught.value.fix == FIX
        assert str(caught.value.where).startswith("a.yaml:1:")
    variables.check({"a.yaml": text}, {"TOKEN"}, handed=lacking)


@pytest.mark.parametrize("text", OTHER)
def test_what_only_has_its_name_is_no_reference(text: str) -> None:
    """A secret's file, a literal value, a comment."""
    assert "TOKEN" not in variables.in_texts({"a.yaml": text})
    assert "TOKEN" not in variables.in_document(yaml.safe_load(text))


@pytest.mark.parametrize("use", ["${TOKEN:+on}", "${TOKEN+on}", "${TOKEN:-changed}"])
def test_what_does_not_arrive_empty_may_lack_a_value(use: str) -> None:
    """The file itself says what to use instead."""
    variables.check({"a.yaml": f"x: '{use}'"}, (), handed=Handed(lacking={"TOKEN": FIX}))


def test_a_secret_of_another_environment_is_never_advised_away() -> None:
    """It may be left out with a default; without one, the advice is to declare it here."""
    foreign = Handed(foreign=frozenset({"TOKEN"}), declared=frozenset({"TOKEN"}))
    variables.check({"a.yaml": "x: ${TOKEN:-}"}, (), handed=foreign)
    with pytest.raises(ConfigError) as caught:
        variables.check({"a.yaml": "x: ${TOKEN}"}, (), handed=foreign)
    fix = "add this environment to its `environments` in the schema, or take it out of the files of this one"
    assert str(caught.value) == f"a.yaml:1:4: TOKEN is not set.\n  → {fix}"


def test_a_bare_name_that_no_schema_knows_is_refused() -> None:
    """Compose would leave it out without a word; that is right for one that is declared, and without a schema."""
    text = "services: {a: {environment: [TOKN]}}"
    with pytest.raises(ConfigError) as caught:
        variables.check({"a.yaml": text}, {"TOKEN"}, handed=Handed())
    assert str(caught.value) == (
        "a.yaml:1:30: TOKN is not set. Did you mean TOKEN?\n  → declare it in the schema, or write NAME: value"
    )
    assert variables.check({"a.yaml": text}, (), handed=Handed(declared=frozenset({"TOKN"}))) == ()
    assert variables.check({"a.yaml": text}, (), strict=False, handed=Handed()) == ()
    reserved = "services: {a: {environment: [DOCKER_HOST]}}"  # no schema can declare it
    assert variables.check({"a.yaml": reserved}, (), handed=Handed()) == ()


@pytest.mark.parametrize("value", ["", None])
def test_a_service_never_gets_an_empty_secret(value: str | None) -> None:
    """Wherever the empty value is from: a literal, an `env_file:`."""
    document = {"services": {"a": {"environment": {"TOKEN": value, "OTHER": ""}}}}
    place = lambda *path: Location(".".join(map(str, path)), len(path))  # noqa: E731 - stands in for a SourceMap
    with pytest.raises(ConfigError) as caught:
        handed.refuse_empty(document, Handed({"TOKEN": Secret("known")}), place)
    what = "services.a.environment.TOKEN:4: a would get the secret TOKEN empty"
    assert str(caught.value) == f"{what}\n  → write TOKEN: ${{TOKEN}}, or let the service read its file"
    with pytest.raises(ConfigError) as caught:
        handed.refuse_empty(document, Handed(lacking={"TOKEN": FIX}), place)
    assert str(caught.value) == f"{what}\n  → {FIX}"
    handed.refuse_empty(document, Handed({"ELSE": Secret("known")}), place)
    handed.refuse_empty({}, Handed({"TOKEN": Secret("known")}), place)


def test_an_empty_secret_is_not_chosen() -> None:
    made = Handed({"A": Secret("a"), "B": Secret(""), "C": Secret("c")})
    assert made.chosen(("A", "B", "X")) == {"A": "a"}
    assert made.secrets == tuple(made.values.values())
