from __future__ import annotations

from typing import Any

import pytest

from dockgate.guardrails.rules import dg406_second_stack as rule
from tests.guardrails.scenes import catches, catches_not, context, environment, model, target

FURTHER = target(environment("dev"), instance="two")
SUBNET = {"ipam": {"config": [{"subnet": "10.5.0.0/16"}]}, "name": "shop-prod_back"}


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (model(api={"container_name": "api"}), "container_name: api"),
        ({**model(api={}), "networks": {"back": SUBNET}}, "10.5.0.0/16"),
        ({**model(api={}), "networks": {"back": {"name": "backend"}}}, "name: backend"),
        ({**model(api={}), "volumes": {"data": {"name": "shop-data"}}}, "name: shop-data"),
    ],
)
def test_catches_what_only_one_stack_can_have(seen: dict[str, Any], said: str) -> None:
    """Before anything is created; the first stack may have it."""
    [hit] = catches(rule, context("dev", model=seen, target=FURTHER))
    assert said in hit.message
    key = next(iter({**seen.get("networks", {}), **seen.get("volumes", {})}), "")
    assert (hit.service, hit.name) == ("" if key else "api", key)
    catches_not(rule, context("dev", model=seen, target=target("dev")))


def test_catches_not_what_is_meant_to_be_shared() -> None:
    """External ones, and names that Compose makes."""
    seen = {
        **model(api={"container_name": ""}),
        "networks": {"proxy": {"name": "proxy", "external": True}, "back": {"name": "shop-prod_back", "ipam": {}}},
        "volumes": {"data": {"name": "shop-prod_data"}},
    }
    catches_not(rule, context("dev", model=seen, target=FURTHER))
