"""What `docker update` and `docker network connect` leave, against what the file says."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from dockgate.stack.runtimes.compose import hand_edits
from tests.unit.stack.startup.stacks import FakeEngine, container, model, service

LIMITS = {"memory": "67108864", "pids": 100, "cpus": 0.5}
HOST: dict[str, Any] = {
    "Memory": 67108864,
    "PidsLimit": 100,
    "NanoCpus": 500000000,
    "RestartPolicy": {"Name": "always"},
}
API = replace(container("api", "running", "healthy"), networks={"p_front": "1"})
STACK = replace(
    model(replace(service("api"), restart="always", networks=("p_front",))),
    raw={"services": {"api": {"deploy": {"resources": {"limits": LIMITS}}}}},
)


def said(one: Any = API, stack: Any = STACK, **host: Any) -> str:
    """Return what was edited of a container."""
    return hand_edits.cause(stack, one, {"HostConfig": HOST | host})


def test_what_is_as_compose_made_it_is_not_edited() -> None:
    """Also where the file says nothing of limits, and the engine has its own."""
    assert said() == ""
    bare = replace(STACK, raw={"services": {"api": {}}})
    assert said(stack=bare, Memory=1, PidsLimit=None) == ""
    written = {"services": {"api": {"mem_limit": "1024", "deploy": {"restart_policy": {"condition": "any"}}}}}
    older = replace(STACK, raw=written)
    assert said(stack=older, Memory=1024, RestartPolicy={"Name": "no"}) == ""
    edited = "edited by hand: memory is 7, the file says 1024"
    assert said(stack=older, Memory=7, RestartPolicy={"Name": "no"}) == edited


@pytest.mark.parametrize(
    ("host", "edit"),
    [
        ({"Memory": 1024}, "memory is 1024, the file says 67108864"),
        ({"PidsLimit": 7}, "pids is 7, the file says 100"),
        ({"NanoCpus": 1500000000}, "cpus is 1.5, the file says 0.5"),
        ({"RestartPolicy": {"Name": "no"}}, "restart is no, the file says always"),
        ({"NanoCpus": 0}, "cpus is 0, the file says 0.5"),
    ],
)
def test_what_docker_update_changes_is_named(host: dict[str, Any], edit: str) -> None:
    """With both values."""
    assert said(**host) == f"edited by hand: {edit}"


def test_a_network_is_named() -> None:
    """Unless the service lives in the network of another."""
    attempts = replace(STACK, services={"api": replace(STACK.services["api"], restart="on-failure:3")})
    assert said(stack=attempts, RestartPolicy={"Name": "on-failure"}) == ""
    assert said(RestartPolicy={}) == said(RestartPolicy=None) == ""
    assert hand_edits.cause(STACK, API, {}) == ""
    more = replace(API, networks={"p_front": "1", "other": "2"})
    assert said(more) == "edited by hand: connected to network other"
    assert said(more, replace(STACK, raw={"services": {"api": {"network_mode": "service:vpn"}}})) == ""


def test_only_what_compose_leaves_alone_is_asked_for() -> None:
    """What another container takes the place of anyway has its own cause."""

    class Engine(FakeEngine):
        def inspect(self, container: str) -> dict[str, Any]:
            return {**super().inspect(container), "HostConfig": HOST | {"Memory": 1}}

    other, gone = replace(API, id="api-2", config_hash="old"), replace(API, id="api-3")
    found = hand_edits.found(STACK, Engine(API, other), (API, other, gone, container("stray")))
    assert found == {"api-1": "edited by hand: memory is 1, the file says 67108864"}
