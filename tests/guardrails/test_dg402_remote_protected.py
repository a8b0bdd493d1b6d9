from __future__ import annotations

import pytest
from msgspec.structs import replace

from dockgate.guardrails.rules import dg402_remote_protected as rule
from tests.guardrails.scenes import catches, catches_not, context, environment, target

REMOTE = "ssh://deploy@prod.shop.example"


def test_catches_production_on_another_machine() -> None:
    """`up` there would start what was not released."""
    [hit] = catches(rule, context("prod", target=target("prod", REMOTE)))
    assert hit.fix == "run it on that machine: inv up --env=prod there"


@pytest.mark.parametrize("host", [REMOTE, "tcp://prod.shop.example:2376"])
def test_catches_not_a_deployment_to_a_swarm(host: str) -> None:
    """From a laptop or from CI: its secrets are the swarm's own. With TLS, where it is no SSH."""
    prod = environment("prod", runtime="swarm")
    engine = target(prod, host)
    engine = replace(engine, endpoint=replace(engine.endpoint, tls=host != REMOTE))
    catches_not(rule, context(environment=prod, target=engine))


def test_catches_a_deployment_in_clear() -> None:
    """Anyone in between would read the secrets, and be root on every node."""
    prod = environment("prod", runtime="swarm")
    [hit] = catches(rule, context(environment=prod, target=target(prod, "tcp://prod.shop.example:2375")))
    assert hit.message == "prod is protected and nothing encrypts what is sent to tcp://prod.shop.example:2375"


def test_catches_not_the_local_engine_nor_unprotected_ones() -> None:
    """Staging may be anywhere."""
    catches_not(rule, context("prod", target=target("prod")))
    catches_not(rule, context("staging", target=target("staging", REMOTE)))
