from __future__ import annotations

from typing import Any

import pytest

from dockgate.guardrails.rules import dg315_start_interval as rule
from tests.guardrails.scenes import catches, catches_not, context, model


@pytest.mark.parametrize("probe", [{"start_interval": "250ms"}, {"start_interval": "1s", "start_period": "0s"}])
def test_catches_an_interval_without_effect(probe: dict[str, Any]) -> None:
    """Without a start period the engine never uses it."""
    catches(rule, context("dev", model=model(api={"healthcheck": probe})))


@pytest.mark.parametrize("probe", [{}, {"start_period": "30s"}, {"start_period": "30s", "start_interval": "250ms"}])
def test_catches_not_a_period_with_or_without_an_interval(probe: dict[str, Any]) -> None:
    """Both, or the period alone."""
    catches_not(rule, context("prod", model=model(api={"healthcheck": probe})))
