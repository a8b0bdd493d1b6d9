from __future__ import annotations

from dockgate.core.findings import Severity
from dockgate.guardrails.rules import dg405_shadowed_endpoint as rule
from tests.guardrails.scenes import catches, catches_not, context, target


def test_catches_a_variable_that_hides_another_choice() -> None:
    """Both are named; in production it blocks."""
    at = target("prod", "unix:///a.sock", "DOCKER_HOST")
    [hit] = catches(rule, context("prod", target=at, shadowed_endpoint="ssh://prod (context prod)"))
    assert hit.severity is Severity.ERROR
    assert "ssh://prod" in hit.message
    at = target("dev", "unix:///a.sock", "DOCKER_HOST")
    [hit] = catches(rule, context("dev", target=at, shadowed_endpoint="ssh://prod"))
    assert hit.severity is Severity.WARNING


def test_catches_not_without_a_second_choice() -> None:
    """One choice is clear."""
    catches_not(rule, context("prod", target=target("prod", "unix:///a.sock", "DOCKER_HOST")))
