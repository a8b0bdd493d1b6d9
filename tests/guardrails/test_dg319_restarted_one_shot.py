from __future__ import annotations

from typing import Any

import pytest

from dockgate.guardrails.rules import dg319_restarted_one_shot as rule
from tests.guardrails.scenes import catches, catches_not, context, model

LABEL = {"labels": {"dev.dockgate.one-shot": "true"}}
AWAITS = {"depends_on": {"job": {"condition": "service_completed_successfully"}}}


@pytest.mark.parametrize("environment", ["dev", "prod"])
@pytest.mark.parametrize(
    ("job", "api"),
    [
        ({"restart": "always"}, AWAITS),
        ({"restart": "unless-stopped"}, AWAITS),
        ({"deploy": {"restart_policy": {"condition": "any"}}}, AWAITS),
        ({"restart": "always", **LABEL}, {}),
    ],
)
def test_catches_a_one_shot_that_loops(environment: str, job: dict[str, Any], api: dict[str, Any]) -> None:
    """In every environment: it would run again and again."""
    [hit] = catches(rule, context(environment, model=model(job=job, api=api)))
    assert (hit.service, hit.severity.value) == ("job", "error")


@pytest.mark.parametrize("job", [{}, {"restart": "no"}, {"restart": "on-failure:3"}])
def test_catches_not_one_that_ends_nor_a_service(job: dict[str, Any]) -> None:
    """A failed run may be repeated; a service without a label is no one-shot."""
    catches_not(rule, context("prod", model=model(job={**job, **LABEL}, api={"restart": "always"})))
