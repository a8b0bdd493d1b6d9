from __future__ import annotations

from typing import Any

import pytest

from dockgate.core.findings import Severity
from dockgate.guardrails.rules import dg304_published_store as rule
from tests.guardrails.scenes import catches, catches_not, context, model


def publishing(target: int, ip: str = "", image: str = "shop/db") -> dict[str, Any]:
    return model(db={"image": image, "ports": [{"target": target, "published": str(target), "host_ip": ip}]})


@pytest.mark.parametrize("port", [5432, 3306, 6379, 27017, 9200])
def test_catches_database_ports(port: int) -> None:
    """By the port, in production even on this machine only."""
    [hit] = catches(rule, context("prod", model=publishing(port, "127.0.0.1")))
    assert (hit.service, hit.severity) == ("db", Severity.ERROR)


@pytest.mark.parametrize("image", ["postgres:17", "registry.example/valkey/valkey@sha256:1", "shop/postgres:5"])
def test_catches_another_port_of_a_database(image: str) -> None:
    """By the image."""
    catches(rule, context("staging", model=publishing(15000, image=image)))


def test_development_publishes_on_this_machine_only() -> None:
    """Every address is a warning there, loopback nothing."""
    [hit] = catches(rule, context("dev", model=publishing(5432)))
    assert hit.severity is Severity.WARNING
    catches_not(rule, context("dev", model=publishing(5432, "127.0.0.1")))


def test_catches_not_a_web_port() -> None:
    """The gateway is there to be reached."""
    catches_not(rule, context("prod", model=publishing(8443, image="shop/gateway")))
