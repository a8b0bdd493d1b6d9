from __future__ import annotations

from typing import Any

import pytest

from dockgate.core.findings import Severity
from dockgate.guardrails.rules import dg313_shared_resource as rule
from tests.guardrails.scenes import catches, catches_not, context


def volumes(stack: str = "shop-prod", **entry: Any) -> dict[str, Any]:
    return {"name": stack, "services": {}, "volumes": {"data": entry}}


def test_catches_a_fixed_name() -> None:
    """The same in every environment: dev would write into production's data."""
    [hit] = catches(rule, context("prod", model=volumes(name="shop-data")))
    assert hit.severity is Severity.ERROR
    [hit] = catches(rule, context("staging", model=volumes(name="shop-data")))
    assert hit.severity is Severity.WARNING


@pytest.mark.parametrize("env", ["dev", "staging"])
def test_catches_another_environments_resource(env: str) -> None:
    """Its name says whose it is."""
    [hit] = catches(rule, context(env, model=volumes(f"shop-{env}", name="shop-prod_data", external=True)))
    assert hit.severity is Severity.ERROR
    assert "prod's" in hit.message
    assert (hit.name, hit.service) == ("data", "")


def test_catches_an_external_network() -> None:
    """Networks as volumes."""
    model = {"name": "shop-dev", "services": {}, "networks": {"edge": {"name": "edge", "external": True}}}
    catches(rule, context("dev", model=model))


def test_catches_not_composes_own_names_and_own_ones() -> None:
    """`<project>_<name>`, or a fixed name with this environment in it."""
    catches_not(rule, context("prod", model=volumes(name="shop-prod_data")))
    catches_not(rule, context("prod", model=volumes(name="backup-prod", external=True)))
    catches_not(rule, context("prod", model={"networks": {"a": {"name": "host"}, "b": {"name": "none"}}}))
    catches_not(rule, context("prod", model={"name": "prod", "volumes": {"prod_data": None, "x": {"name": "x-PROD"}}}))


def test_catches_one_that_names_this_environment_and_another() -> None:
    """Which of them it is, is not known; a resource without a name has that of its key."""
    [hit] = catches(rule, context("prod", model=volumes(name="dev-to-prod")))
    assert hit.message == "the volume dev-to-prod is dev's"
    [hit] = catches(rule, context("prod", model={"name": "shop-prod", "networks": {"edge": None}}))
    assert hit.message == "the network edge is the same in every environment"
