from __future__ import annotations

import pytest

from dockgate.guardrails.rules import dg403_foreign_stack as rule
from tests.guardrails.scenes import catches, catches_not, context, target


@pytest.mark.parametrize("labels", [{"dev.dockgate.environment": "prod"}, {"com.docker.compose.project": "shop-dev"}])
def test_catches_containers_of_somebody_else(labels: dict[str, str]) -> None:
    """Another environment's, or of none: Compose would replace or remove them."""
    [hit] = catches(rule, context(target=target("dev"), stack_labels=(labels, labels)))
    whose = "a stack of prod" if "dev.dockgate.environment" in labels else "containers that Dockgate did not make"
    assert hit.message == f"project shop-dev already has {whose}"
    assert hit.location.path == "pyproject.toml"


def test_catches_not_its_own_nor_an_empty_engine() -> None:
    """A stack that is already up, and the first start."""
    catches_not(rule, context(target=target("dev"), stack_labels=({"dev.dockgate.environment": "dev"},)))
    catches_not(rule, context(target=target("dev")))
