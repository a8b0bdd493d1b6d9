from __future__ import annotations

import pytest

from dockgate.core.findings import Severity
from dockgate.guardrails.rules import dg113_stray_dotenv as rule
from tests.guardrails.scenes import catches, catches_not, context, environment, project


@pytest.mark.parametrize("path", [".env", "compose/.env"])
def test_catches_a_dotenv_where_compose_looks(path: str) -> None:
    """In the project's folder and beside the first Compose file; an error in production."""
    [hit] = catches(rule, context("prod", present=frozenset({path})))
    assert (hit.location.path, hit.severity) == (path, Severity.ERROR)


def test_catches_it_in_development_as_a_warning() -> None:
    """Compose run by hand is usual there."""
    [hit] = catches(rule, context("dev", present=frozenset({".env"})))
    assert hit.severity is Severity.WARNING


def test_catches_not_a_layer_of_the_environment() -> None:
    """A project may have chosen `.env` as its layer."""
    own = environment("dev", layers=(".env",))
    catches_not(rule, context(environment=own, project=project(dev=own), present=frozenset({".env"})))
