"""Which services have new containers beside their old ones for a while."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from dockgate.compose.model import Publish
from dockgate.stack.runtimes.compose import changes, rolling
from tests.unit.stack.startup.stacks import COMPLETED, HEALTHY, container, model, service

STACK = model(
    service("gateway", api=HEALTHY),
    service("api", db=HEALTHY, migrate=COMPLETED),
    service("worker", None, db=HEALTHY),
    service("migrate", None, db=HEALTHY),
    service("db"),
)
RAW: dict[str, Any] = {"services": {"db": {"volumes": [{"type": "volume"}]}}}


def doubles(*changed: str, replicas: int = 1, raw: dict[str, Any] = RAW, **api: Any) -> dict[str, int]:
    """Return what is doubled in the running stack, where these services are other now."""
    services = dict(STACK.services)
    services["api"] = replace(services["api"], replicas=replicas, **api)
    running = [
        container(name, "running", "healthy", number, config_hash="old" if name in changed else "hash")
        for name in services
        if name != "migrate"
        for number in range(1, services[name].replicas + 1)
    ]
    done = container("migrate", "exited", exit_code=0, config_hash="old" if "migrate" in changed else "hash")
    wanted, there = replace(STACK, services=services, raw=raw), [*running, done]
    return dict(rolling.doubles(wanted, there, changes.plan(wanted, there)))


@pytest.mark.parametrize(("replicas", "count"), [(1, 2), (2, 4)])
def test_a_service_that_changed_gets_as_many_again(replicas: int, count: int) -> None:
    """One-shots are run again anyway."""
    assert doubles("api", "migrate", replicas=replicas) == {"api": count}


def test_nothing_changed_nothing_doubled() -> None:
    """There is no reason."""
    assert doubles() == {}


@pytest.mark.parametrize(
    "alone",
    [
        {"ports": (Publish(80, "80"),)},
        {"container_name": "api"},
        {"healthcheck": None},
        {"raw": {"services": {"api": {"volumes": [{"type": "volume"}]}}}},
        {"raw": {"services": {"api": {"network_mode": "host"}}}},
    ],
)
def test_what_only_one_container_can_have_is_not_doubled(alone: dict[str, Any]) -> None:
    """A port, a name, a volume; and without a health check nobody knows when the new one is there."""
    assert doubles("api", **alone) == {}


def test_what_changes_together_with_a_store_waits_for_it() -> None:
    """New containers would knock at the old store with the new password."""
    assert doubles("api", "db") == {}
