from __future__ import annotations

from dockgate.guardrails.rules import dg402_remote_protected as rule
from tests.guardrails.scenes import catches, catches_not, context, environment, target

REMOTE = "ssh://deploy@prod.shop.example"


def test_catches_production_on_another_machine() -> None:
    """`up` there would start what was not released."""
    [hit] = catches(rule, context("prod", target=target("prod", REMOTE)))
    assert hit.fix == "run it on that machine: inv up --env=prod there"


def test_names_the_command_of_the_runtime() -> None:
    """`up` is not for a swarm."""
    prod = environment("prod", runtime="swarm")
    [hit] = catches(rule, context(environment=prod, target=target(prod, REMOTE)))
    assert hit.fix == "run it on that machine: inv deploy --env=prod there"


def test_catches_not_the_local_engine_nor_unprotected_ones() -> None:
    """Staging may be anywhere."""
    catches_not(rule, context("prod", target=target("prod")))
    catches_not(rule, context("staging", target=target("staging", REMOTE)))
