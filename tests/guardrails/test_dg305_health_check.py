from __future__ import annotations

from typing import Any

import pytest

from dockgate.guardrails.rules import dg305_health_check as rule
from tests.guardrails.scenes import catches, catches_not, context, model

LABELLED = {"restart": "on-failure:3", "labels": {"dev.dockgate.one-shot": "true"}}
PROBE = {"healthcheck": {"test": ["CMD", "pg_isready"]}}


@pytest.mark.parametrize("test", [["CMD", "true"], ["CMD-SHELL", "exit 0"], ["CMD-SHELL", "curl $${HOST} || true"]])
def test_catches_a_probe_that_cannot_fail(test: list[str]) -> None:
    """It would report a broken service as healthy."""
    [hit] = catches(rule, context("prod", model=model(api={"image": "x", "healthcheck": {"test": test}})))
    assert "cannot fail" in hit.message


@pytest.mark.parametrize("times", [{"interval": "24h"}, {"retries": 1000, "interval": "10s"}, {"start_period": "720h"}])
def test_catches_a_probe_that_fails_too_late(times: dict[str, Any]) -> None:
    """Until then, a broken service counts as healthy or starting."""
    probe = {**PROBE["healthcheck"], **times}
    [hit] = catches(rule, context("prod", model=model(api={"image": "x", "healthcheck": probe})))
    assert "hours at the earliest" in hit.message
    ordinary = {**PROBE["healthcheck"], "interval": "1m", "retries": 5, "start_period": "10m", "timeout": "10s"}
    catches_not(rule, context("prod", model=model(api={"image": "x", "healthcheck": ordinary})))


@pytest.mark.parametrize("entry", [{}, {"healthcheck": {"disable": True}}, {"healthcheck": {"test": ["NONE"]}}])
def test_catches_a_service_without_a_probe(entry: dict[str, Any]) -> None:
    """None at all, or one that is switched off."""
    [hit] = catches(rule, context("prod", model=model(api={"image": "x", **entry})))
    assert hit.service == "api"


def test_catches_not_one_shots_probed_services_and_development() -> None:
    """A migration ends; its exit code counts."""
    waiting = {"depends_on": {"migrate": {"condition": "service_completed_successfully"}}, **PROBE}
    catches_not(rule, context("prod", model=model(api=waiting, migrate={"image": "x"}, job=LABELLED)))
    catches_not(rule, context("dev", model=model(api={"image": "x"})))


def test_catches_what_is_only_not_restarted() -> None:
    """`restart: "no"` does not make a one-shot."""
    catches(rule, context("prod", model=model(job={"image": "x", "restart": "no"})))
