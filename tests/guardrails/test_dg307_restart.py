from __future__ import annotations

from typing import Any

import pytest

from dockgate.guardrails.rules import dg307_restart as rule
from tests.guardrails.scenes import catches, catches_not, context, model


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"restart": "no", "healthcheck": {"test": ["CMD", "true"]}},
        {"deploy": {"restart_policy": {"condition": "none"}}},
        {"restart": "always", "deploy": {"restart_policy": {"delay": "5s"}}},
    ],
)
def test_catches_a_service_that_stays_down(entry: dict[str, Any]) -> None:
    """No policy, or one that says so."""
    catches(rule, context("prod", model=model(api=entry)))


@pytest.mark.parametrize(
    "entry",
    [{"restart": "unless-stopped"}, {"restart": "on-failure:5"}, {"deploy": {"restart_policy": {"condition": "any"}}}],
)
def test_catches_not_one_that_comes_back(entry: dict[str, Any]) -> None:
    """In Compose's way or in Swarm's."""
    catches_not(rule, context("prod", model=model(api=entry)))


def test_catches_not_one_shots_and_development() -> None:
    """A job that runs once must not run again; DG314 asks for the declaration of what looks like one."""
    job = {"labels": {"dev.dockgate.one-shot": "true"}}
    catches_not(rule, context("prod", model=model(job=job, other={"restart": "no"})))
    catches_not(rule, context("dev", model=model(api={})))
