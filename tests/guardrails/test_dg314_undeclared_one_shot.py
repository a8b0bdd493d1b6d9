from __future__ import annotations

from dockgate.guardrails.rules import dg314_undeclared_one_shot as rule
from tests.guardrails.scenes import catches, catches_not, context, environment, model

ONCE = {"image": "x", "restart": "no"}
LABELLED = {"restart": "on-failure:3", "labels": {"dev.dockgate.one-shot": "true"}}


def test_catches_a_job_that_nobody_waits_for() -> None:
    """`service_started` is not waiting for its end."""
    api = {"restart": "always", "depends_on": {"seed": {"condition": "service_started"}}}
    [hit] = catches(rule, context("prod", model=model(seed=ONCE, api=api)))
    assert hit.service == "seed"
    assert "declares it as one: `up` fails when it ends" in hit.message
    [hit] = catches(rule, context(environment=environment("prod", runtime="swarm"), model=model(seed=ONCE, api=api)))
    assert "declares it as one: `deploy` fails when it ends" in hit.message


def test_catches_one_whose_images_check_is_off() -> None:
    """A check that does not run is none."""
    api = {"restart": "always", "depends_on": {"seed": {"condition": "service_started"}}}
    catches(rule, context("prod", model=model(seed={**ONCE, "healthcheck": {"disable": True}}, api=api)))


def test_catches_not_declared_profiled_or_long_running_services() -> None:
    """A job behind a profile is started by hand; a label declares one, whatever its restart policy."""
    api = {"restart": "always", "depends_on": {"seed": {"condition": "service_completed_successfully"}}}
    backup = {**ONCE, "profiles": ["ops"]}
    catches_not(rule, context("prod", model=model(seed=ONCE, api=api, backup=backup, web={}, label=LABELLED)))
