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
    count = entry.get("scale", entry["deploy"]["replicas"])
    published = entry["ports"][0]["published"]
    ports = "2 containers" if "-" in published else "one container"
    assert hit.message == f"api has {count} replicas, and port {published} of the host is for {ports}"
    first = int(published[:4])
    assert hit.fix == (
        f'publish a range ("{first}-{first + count - 1}:80") or any free port ("80")'
        ", or put a gateway in front that publishes the port"
    )


def test_catches_each_port_and_nothing_of_a_service_that_does_not_run() -> None:
    """Without replicas there is one; none, or none given, is none."""
    two = {
        **replicated("8080"),
        "ports": [{"target": 1}, {"target": 80, "published": "80"}, {"target": 8, "published": 443}],
    }
    hits = catches(rule, context("dev", model=model(api=two)), 2)
    assert [hit.message.partition("port ")[2].partition(" ")[0] for hit in hits] == ["80", "443"]
    catches_not(rule, context("dev", model=model(api={"ports": [{"published": "80"}]})))
    catches_not(rule, context("dev", model=model(api=replicated("80", 5, scale=0), b=replicated("80", 5, scale=None))))
    catches(rule, context("dev", model=model(api=replicated("80")), target=target(environment("dev"))))


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
