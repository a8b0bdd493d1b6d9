from __future__ import annotations

from typing import Any

import pytest

from dockgate.guardrails.rules import dg308_log_limit as rule
from tests.guardrails.scenes import catches, catches_not, context, model


@pytest.mark.parametrize("entry", [{}, {"logging": {"driver": "json-file", "options": {"max-file": "3"}}}])
def test_catches_logs_without_a_size(entry: dict[str, Any]) -> None:
    """The engine's default driver never rotates; `max-file` alone does nothing."""
    catches(rule, context("prod", model=model(api=entry)))


@pytest.mark.parametrize(
    "logging", [{"driver": "json-file", "options": {"max-size": "10m"}}, {"driver": "local"}, {"driver": "journald"}]
)
def test_catches_not_limited_logs(logging: dict[str, Any]) -> None:
    """`local` rotates by itself, others keep their logs elsewhere."""
    catches_not(rule, context("prod", model=model(api={"logging": logging})))
    catches_not(rule, context("dev", model=model(api={})))
