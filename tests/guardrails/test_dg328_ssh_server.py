from __future__ import annotations

from typing import Any

import pytest

from dockgate.core.findings import Severity
from dockgate.guardrails.rules import dg328_ssh_server as rule
from tests.guardrails.scenes import catches, catches_not, context, model


@pytest.mark.parametrize(
    "entry",
    [
        {"command": ["/usr/sbin/sshd", "-D"]},
        {"entrypoint": "sh -c 'sshd && app'"},
        {"ports": [{"target": 22, "published": "2222"}]},
    ],
)
def test_catches_servers_and_ports(entry: dict[str, Any]) -> None:
    """An error in production, a warning in staging."""
    [hit] = catches(rule, context("prod", model=model(api=entry)))
    assert (hit.service, hit.severity) == ("api", Severity.ERROR)
    [hit] = catches(rule, context("staging", model=model(api=entry)))
    assert hit.severity is Severity.WARNING


def test_catches_not_git_servers_nor_development() -> None:
    """They speak SSH by trade."""
    port = {"ports": [{"target": 22, "published": "22"}]}
    catches_not(rule, context("prod", model=model(git={"image": "gitea/gitea:1@sha256:0", **port})))
    catches_not(rule, context("prod", model=model(api={"command": "app --sshd-config x", "ports": [{"target": 2222}]})))
    catches_not(rule, context("dev", model=model(api=port)))
