from __future__ import annotations

from typing import Any

import pytest

from dockgate.guardrails.rules import dg331_replicas as rule
from tests.guardrails.scenes import catches, catches_not, context, environment, model, target


def replicated(published: str, replicas: int = 2, **more: Any) -> dict[str, Any]:
    return {"ports": [{"target": 80, "published": published}], "deploy": {"replicas": replicas}, **more}


@pytest.mark.parametrize("entry", [replicated("8080"), replicated("8000-8001", 3), replicated("8080", 1, scale=2)])
def test_catches_the_second_replica(entry: dict[str, Any]) -> None:
    """The reason and a range that is wide enough."""
    [hit] = catches(rule, context("dev", model=model(api=entry)))
    assert (hit.service, "replicas" in hit.message) == ("api", True)
    assert "80" in hit.fix


@pytest.mark.parametrize("entry", [replicated("8080", 1), replicated("8000-8002", 3), replicated(""), {"scale": 3}, {}])
def test_catches_not_one_that_has_ports_enough(entry: dict[str, Any]) -> None:
    """A range, any free port, or none."""
    catches_not(rule, context("dev", model=model(api=entry)))


@pytest.mark.parametrize("published", ["0", "-0", "8000-", "a-b"])
def test_catches_not_what_is_no_fixed_port(published: str) -> None:
    """Any free port, and what Compose refuses itself."""
    catches_not(rule, context("dev", model=model(api=replicated(published))))


def test_catches_not_a_further_stack() -> None:
    """The engine chooses its ports."""
    further = target(environment("dev"), instance="two")
    catches_not(rule, context("dev", model=model(api=replicated("8080")), target=further))
