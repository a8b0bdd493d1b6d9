from __future__ import annotations

import pytest

from dockgate.guardrails.rules import dg401_endpoint as rule
from tests.guardrails.scenes import catches, catches_not, context, environment, project, target

DEV = environment("dev")
PROD = environment("prod", endpoints=("ssh://deploy@prod-*.shop.example", "10.0.0.7"))
BOTH = project(prod=PROD)


@pytest.mark.parametrize("chosen_by", ["DOCKER_HOST", "DOCKER_CONTEXT", "active context"])
def test_catches_development_on_an_engine_that_only_production_lists(chosen_by: str) -> None:
    """Whoever chose it is named, and whose it is."""
    seen = context(project=BOTH, target=target(DEV, "ssh://deploy@prod-1.shop.example", chosen_by))
    [hit] = catches(rule, seen)
    assert chosen_by in hit.message
    assert "prod does" in hit.message


def test_catches_production_on_an_unlisted_engine() -> None:
    """The local one too, when it is not listed."""
    catches(rule, context(environment=PROD, project=BOTH, target=target(PROD)))
    catches(rule, context(environment=PROD, project=BOTH, target=target(PROD, "tcp://10.0.0.8:2376")))


@pytest.mark.parametrize("host", ["ssh://deploy@prod-2.shop.example", "tcp://10.0.0.7:2376"])
def test_catches_not_a_listed_engine(host: str) -> None:
    """By address with a pattern, or by host name."""
    catches_not(rule, context(environment=PROD, project=BOTH, target=target(PROD, host)))


def test_catches_not_the_local_engine_where_it_is_listed() -> None:
    """A socket is local, whatever its path."""
    catches_not(rule, context(target=target(DEV)))
    catches_not(rule, context(target=target(DEV, "unix:///run/user/1000/docker.sock")))
