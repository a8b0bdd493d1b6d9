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
    assert (hit.service, hit.location.path) == ("api", "compose.yaml:services.api.healthcheck")
    ordinary = {**PROBE["healthcheck"], "interval": "1m", "retries": 5, "start_period": "10m", "timeout": "10s"}
    catches_not(rule, context("prod", model=model(api={"image": "x", "healthcheck": ordinary})))


@pytest.mark.parametrize(
    ("times", "hours"),
    [
        ({"start_period": "3510s"}, None),
        ({"start_period": "3511s"}, 1),
        ({"interval": "20m"}, None),
        ({"interval": "1201s"}, 1),
        ({"retries": 120}, None),
        ({"retries": 121}, 1),
        ({"interval": "2h", "retries": 5, "start_period": "1h"}, 11),
    ],
)
def test_an_hour_is_not_too_late(times: dict[str, Any], hours: int | None) -> None:
    """Three attempts thirty seconds apart, where the file says nothing else."""
    probe = {**PROBE["healthcheck"], **times}
    seen = context("prod", model=model(api={"image": "x", "healthcheck": probe}))
    hits = catches(rule, seen, 1 if hours else 0)
    late = [f"api has a health check that fails after {hours} hours at the earliest"] if hours else []
    assert [hit.message for hit in hits] == late


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
