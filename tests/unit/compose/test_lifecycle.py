"""What is a one-shot, what is meant to stay up: one answer for start-up and for the rules."""

from __future__ import annotations

from typing import Any

import pytest

from dockgate.compose import lifecycle
from dockgate.compose.model import Model

AWAITED = {"depends_on": {"job": {"condition": "service_completed_successfully"}}}
STARTED = {"depends_on": {"job": {"condition": "service_started"}}}
LABEL = {"labels": {"dev.dockgate.one-shot": "true"}}


@pytest.mark.parametrize(
    ("job", "api", "ends"),
    [
        ({}, AWAITED, True),
        ({"restart": "always"}, AWAITED, True),
        (LABEL, {}, True),
        ({**LABEL, "restart": "on-failure:3"}, {}, True),
        ({"labels": {"dev.dockgate.one-shot": "True"}}, {}, True),
        ({"labels": {"dev.dockgate.one-shot": "false"}}, {}, False),
        ({"restart": "no"}, {}, False),
        ({"restart": "no"}, STARTED, False),
        ({"restart": "on-failure"}, {}, False),
        ({"deploy": {"restart_policy": {"condition": "none"}}}, {}, False),
    ],
)
def test_one_shots_are_awaited_or_labelled(job: dict[str, Any], api: dict[str, Any], ends: bool) -> None:  # noqa: FBT001 - a table
    """The rules and the start-up ask the same predicate."""
    document = {"services": {"job": job, "api": api}}
    assert ("job" in lifecycle.one_shots(document)) is ends
    assert ("job" not in dict(lifecycle.long_running(document))) is ends
    assert Model.parse(document).services["job"].one_shot is ends


@pytest.mark.parametrize(
    ("entry", "policy"),
    [
        ({}, "no"),
        ({"restart": "unless-stopped"}, "unless-stopped"),
        ({"restart": "no", "deploy": {"restart_policy": {"condition": "any"}}}, "always"),
        ({"restart": "always", "deploy": {"restart_policy": {"condition": "none"}}}, "no"),
        ({"restart": "always", "deploy": {"restart_policy": {"delay": "5s"}}}, "no"),
        ({"deploy": {"restart_policy": {"condition": "on-failure"}}}, "on-failure"),
        ({"deploy": {"restart_policy": {"condition": "unless-stopped"}}}, "unless-stopped"),
        ({"restart": "always", "deploy": {"replicas": 2}}, "always"),
    ],
)
def test_restart_policies_are_those_of_the_containers(entry: dict[str, Any], policy: str) -> None:
    """As `docker inspect` showed them on Compose 2.40.3."""
    assert lifecycle.restart(entry) == policy
    assert Model.parse({"services": {"job": entry}}).services["job"].restart == policy


@pytest.mark.parametrize(
    ("job", "found"),
    [
        ({"restart": "no"}, True),
        ({"restart": "on-failure:3"}, True),
        ({"restart": "on-failure", "deploy": {"restart_policy": {"condition": "none"}}}, True),
        ({"restart": "no", "healthcheck": {"test": ["NONE"]}}, True),
        ({"restart": "no", "healthcheck": {"test": ["CMD", "true"], "disable": True}}, True),
        ({"restart": "on-failure:3", **LABEL}, False),
        ({}, False),
        ({"restart": "always"}, False),
        ({"restart": "on-failure", "ports": [{"target": 80}]}, False),
        ({"restart": "no", "healthcheck": {"test": ["CMD", "true"]}}, False),
    ],
)
def test_what_looks_like_a_one_shot(job: dict[str, Any], found: bool) -> None:  # noqa: FBT001 - a table
    """Told not to be restarted, and without a health check."""
    assert bool(list(lifecycle.undeclared({"services": {"job": job}}))) is found
