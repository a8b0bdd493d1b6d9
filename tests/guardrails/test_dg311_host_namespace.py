from __future__ import annotations

import pytest

from dockgate.core.findings import Severity
from dockgate.guardrails.rules import dg311_host_namespace as rule
from tests.guardrails.scenes import catches, catches_not, context, model


@pytest.mark.parametrize("key", rule.NAMESPACES)
def test_catches_every_host_namespace(key: str) -> None:
    """An error outside development."""
    [hit] = catches(rule, context("staging", model=model(api={key: "host"})))
    assert hit.severity is Severity.ERROR
    [hit] = catches(rule, context("dev", model=model(api={key: "host"})))
    assert hit.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("key", "mode"), [("network_mode", "bridge"), *((key, "container:web") for key in ("pid", "ipc"))]
)
def test_catches_what_is_not_of_this_stack(key: str, mode: str) -> None:
    """A container that Compose does not manage, and the network of all containers of a host."""
    [hit] = catches(rule, context("prod", model=model(api={key: mode})))
    assert hit.message == f"api runs with {key}: {mode}"


def test_catches_volumes_of_a_container_outside() -> None:
    """Those of a service of this stack are its own."""
    catches(rule, context("prod", model=model(api={"volumes_from": ["container:old", "db:ro"]})))


def test_catches_not_private_namespaces() -> None:
    """Another service's network, or none, is not the host's."""
    catches_not(rule, context("prod", model=model(api={"network_mode": "service:vpn", "ipc": "private", "pid": ""})))
