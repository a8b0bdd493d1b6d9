from __future__ import annotations

from typing import Any

import pytest

from dockgate.core.findings import Severity
from dockgate.guardrails.rules import dg327_host_build as rule
from tests.guardrails.scenes import catches, catches_not, context, model


@pytest.mark.parametrize(
    ("build", "severity"),
    [
        ({"privileged": True}, Severity.ERROR),
        ({"entitlements": ["security.insecure"]}, Severity.ERROR),
        ({"entitlements": ["network.host"]}, Severity.WARNING),
        ({"network": "host"}, Severity.WARNING),
    ],
)
def test_catches_builds_with_rights(build: dict[str, Any], severity: Severity) -> None:
    """A warning in development."""
    [hit] = catches(rule, context("prod", model=model(api={"build": {"context": ".", **build}})))
    assert (hit.service, hit.severity) == ("api", severity)
    [hit] = catches(rule, context("dev", model=model(api={"build": {"context": ".", **build}})))
    assert hit.severity is Severity.WARNING


def test_catches_not_plain_builds() -> None:
    """Nor a build without a network."""
    catches_not(
        rule, context("prod", model=model(api={"build": {"context": ".", "network": "none"}}, db={"build": None}))
    )
