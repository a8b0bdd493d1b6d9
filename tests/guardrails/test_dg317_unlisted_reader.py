from __future__ import annotations

from typing import Any

from dockgate.compose import readers
from dockgate.core.findings import Severity
from dockgate.guardrails.rules import dg317_unlisted_reader as rule
from tests.guardrails.scenes import catches, catches_not, context, model, resolved

SCHEMA = '[TOKEN]\nsecret = true\nreaders = ["api"]\n[PORT]\nreaders = ["api"]\n[FREE]\n'


def seen(*names: str, env: str = "prod") -> Any:
    given = resolved(env, declared=SCHEMA)
    uses = {"worker": names, "api": ("TOKEN", "PORT")}
    return context(env, resolved=given, model=model(api={}, worker={}), uses=uses)


def test_catches_a_service_that_gets_a_secret_of_others() -> None:
    """An error, in development too: the schema says who may read it."""
    for env in ("dev", "prod"):
        [hit] = catches(rule, seen("TOKEN", env=env))
        assert (hit.service, hit.name, hit.severity) == ("worker", "TOKEN", Severity.ERROR)
        assert "env/schema.toml:1" in hit.fix


def test_catches_a_variable_as_a_warning() -> None:
    """What is no secret may be seen; the reference of the variables is wrong."""
    [hit] = catches(rule, seen("PORT"))
    assert hit.severity is Severity.WARNING


def test_catches_the_folder_of_all_secrets() -> None:
    """Whoever mounts it gets every one."""
    [hit] = catches(rule, seen(readers.EVERY))
    assert hit.name == "TOKEN"


def test_catches_not_what_lists_nobody_or_is_not_declared() -> None:
    """Without `readers`, the schema claims nothing."""
    catches_not(rule, seen("FREE", "HOME"))
