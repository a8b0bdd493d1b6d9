from __future__ import annotations

from typing import Any

import pytest

from dockgate.guardrails.rules import dg306_limits as rule
from tests.guardrails.scenes import catches, catches_not, context, model

OWN = {"mem_limit": "1g", "cpus": 0.5, "pids_limit": 50}
LIMITS = {"cpus": 1, "memory": "268435456", "pids": 100}


@pytest.mark.parametrize("missing", LIMITS)
def test_catches_each_missing_limit(missing: str) -> None:
    """Memory, processor and processes."""
    limits = {key: value for key, value in LIMITS.items() if key != missing}
    [hit] = catches(rule, context("prod", model=model(api={"deploy": {"resources": {"limits": limits}}})))
    assert missing in hit.message


@pytest.mark.parametrize(
    ("key", "entry"),
    [
        ("pids", {"pids_limit": -1}),
        ("pids", {"pids_limit": 0}),
        ("cpus", {"cpus": 0}),
        ("memory", {"mem_limit": "0"}),
        ("oom_kill_disable", {"oom_kill_disable": True}),
        ("oom_score_adj", {"oom_score_adj": -1000}),
    ],
)
def test_catches_a_limit_that_limits_nothing(key: str, entry: dict[str, Any]) -> None:
    """Zero and less are no limit, and a service that the kernel spares takes the memory of others."""
    [hit] = catches(rule, context("prod", model=model(api={**OWN, **entry})))
    assert key in hit.message


@pytest.mark.parametrize("entry", [{"deploy": {"resources": {"limits": LIMITS}}}, {**OWN, "oom_score_adj": 100}])
def test_catches_not_with_limits_in_either_spelling(entry: dict[str, Any]) -> None:
    """Under `deploy`, or on the service itself."""
    catches_not(rule, context("prod", model=model(api=entry)))


def test_catches_not_in_development() -> None:
    """No other application is on that machine."""
    catches_not(rule, context("dev", model=model(api={})))
