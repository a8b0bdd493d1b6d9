from __future__ import annotations

from typing import Any

import pytest

from dockgate.core.findings import Severity
from dockgate.env import layering, schema
from dockgate.guardrails.rules import dg335_empty_secret as rule
from tests.guardrails.scenes import catches, catches_not, context, environment, model, resolved

USES: tuple[dict[str, Any], ...] = (
    {"environment": {"KEY": "${APP_SECRET}"}},
    {"environment": {"URL": "amqp://app:$APP_SECRET@queue"}},
    {"command": ["serve", "--secret=${APP_SECRET}"]},
    {"build": {"args": {"TOKEN": "x${APP_SECRET}"}}},
)


def seen(env: str, written: dict[str, Any], text: str = "", declared: str = "") -> Any:
    given = resolved(env, text, declared=declared)
    return context(env, resolved=given, model=model(api={}), written=model(api=written))


@pytest.mark.parametrize("written", USES)
@pytest.mark.parametrize(
    ("env", "severity"), [("prod", Severity.ERROR), ("staging", Severity.ERROR), ("dev", Severity.WARNING)]
)
def test_catches_a_secret_that_nothing_sets(written: dict[str, Any], env: str, severity: Severity) -> None:
    """Wherever a service uses it."""
    [hit] = catches(rule, seen(env, written))
    assert (hit.service, hit.name, hit.severity) == ("api", "APP_SECRET", severity)


def test_names_the_place_of_an_entry_of_a_list() -> None:
    """By what it is called: another file may have begun the list."""
    [hit] = catches(rule, seen("prod", {"environment": ["MODE=x", "KEY=a=${APP_SECRET}"]}))
    assert hit.location.path == "compose.yaml:services.api.environment.KEY"
    assert hit.fix == "inv secrets.set APP_SECRET --env=prod; where it may be empty, write ${APP_SECRET:-}"
    [hit] = catches(rule, seen("dev", {"environment": ["MODE=x", "KEY=a=${APP_SECRET}"]}))
    assert hit.fix == "set it in env/dev.local.env; where it may be empty, write ${APP_SECRET:-}"


def test_catches_an_empty_default_of_the_schema() -> None:
    """What init writes for it is nothing that anybody decided."""
    declared = schema.parse('[APP_SECRET]\ndefault = ""\n')
    dev = environment("dev")
    given = layering.merge(dev, (layering.defaults(dev, declared),), declared)
    [hit] = catches(rule, context("dev", resolved=given, model=model(api={}), written=model(api=USES[0])))
    assert hit.message == "api would get APP_SECRET empty: nothing sets it"


def test_catches_one_that_an_env_file_sets_to_nothing() -> None:
    """In development that may be meant; elsewhere it is a warning."""
    [hit] = catches(rule, seen("prod", USES[0], "APP_SECRET=\n"))
    assert (hit.message, hit.severity) == (
        "api would get APP_SECRET empty: env/prod.env:1:1 sets it to nothing",
        Severity.WARNING,
    )
    catches_not(rule, seen("dev", USES[0], "APP_SECRET=\n"))


def test_says_it_once_a_service() -> None:
    """However often a service uses it."""
    twice = {"environment": {"A": "${APP_SECRET}", "B": "${APP_SECRET}"}}
    both = model(api=twice, job=twice)
    catches(rule, context("prod", resolved=resolved("prod", declared=""), model=both, written=both), 2)


MEANT = ("${APP_SECRET:-}", "${APP_SECRET-}", "${APP_SECRET:-x}", "${APP_SECRET:+x}", "$${APP_SECRET}", "${APP_NAME}")


@pytest.mark.parametrize("text", MEANT)
def test_catches_not_what_may_be_empty(text: str) -> None:
    """The file says so, or it is another kind of value."""
    catches_not(rule, seen("prod", {"environment": {"KEY": text}}))


def test_catches_not_one_with_a_value() -> None:
    """Set in a layer; a declared secret is refused before, where it has none; a service that is left out."""
    catches_not(rule, seen("prod", USES[0], "APP_SECRET=q7Vw2ZkT9mXc\n"))
    catches_not(rule, seen("prod", USES[0], declared="[APP_SECRET]\nsecret = true\n"))
    catches_not(rule, context("prod", model=model(), written=model(api=USES[0])))


def test_catches_not_one_whose_value_is_not_known() -> None:
    """Its reference is wrong, which is said where it stands."""
    catches_not(rule, seen("prod", USES[0], "APP_SECRET=${NOPE}\n"))
