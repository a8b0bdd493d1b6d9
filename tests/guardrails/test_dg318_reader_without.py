from __future__ import annotations

from typing import Any

from dockgate.compose import readers
from dockgate.core.findings import Severity
from dockgate.guardrails.rules import dg318_reader_without as rule
from tests.guardrails.scenes import catches, catches_not, context, model, resolved

SCHEMA = """
[TOKEN]
secret = true
readers = ["api", "seed"]
[PORT]
[URL]
environments = ["prod", "staging"]
"""


def seen(*names: str, env: str = "prod", declared: str = SCHEMA, **entry: Any) -> Any:
    given = resolved(env, "PORT=80\nURL=http://x:${PORT}\n", declared=declared)
    return context(env, resolved=given, model=model(api=entry), uses={"api": names})


def test_catches_a_reader_that_mounts_nothing() -> None:
    """With the line that is missing; a warning, since nothing leaks."""
    [hit] = catches(rule, seen())
    assert (hit.service, hit.name, hit.severity) == ("api", "TOKEN", Severity.WARNING)
    assert "secrets: [TOKEN]" in hit.fix


def test_catches_not_what_reaches_the_service() -> None:
    """Its file, the folder of all, or its name in `environment:` (an `env_file:` puts it there)."""
    catches_not(rule, seen("TOKEN"))
    catches_not(rule, seen(readers.EVERY))
    catches_not(rule, seen(environment={"TOKEN": "x"}))


def test_catches_not_a_variable_that_another_one_refers_to() -> None:
    """The service gets it inside URL."""
    declared = '[TOKEN]\n[PORT]\nreaders = ["api"]\n[URL]\n'
    catches_not(rule, seen("URL", declared=declared))
    catches(rule, seen("TOKEN", declared=declared))


def test_catches_not_where_the_variable_may_not_exist() -> None:
    """Its readers get it in other environments."""
    declared = '[TOKEN]\n[PORT]\n[URL]\nenvironments = ["staging"]\nreaders = ["api"]\n'
    catches_not(rule, seen(declared=declared))
