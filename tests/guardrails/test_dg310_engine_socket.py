from __future__ import annotations

import pytest

from dockgate.core.findings import Severity
from dockgate.guardrails.rules import dg310_engine_socket as rule
from tests.guardrails.scenes import catches, catches_not, context, model


@pytest.mark.parametrize("source", ["/var/run/docker.sock", "/run/containerd/containerd.sock", "/var/run", "/run/"])
def test_catches_the_socket_and_its_folder(source: str) -> None:
    """Read-only or not: the socket still takes commands."""
    mount = {"type": "bind", "source": source, "target": "/x", "read_only": True}
    [hit] = catches(rule, context("prod", model=model(agent={"volumes": [mount]})))
    assert hit.severity is Severity.ERROR


def test_catches_composes_own_key() -> None:
    """`use_api_socket` is the same in one word; a warning in development."""
    [hit] = catches(rule, context("dev", model=model(agent={"use_api_socket": True})))
    assert hit.severity is Severity.WARNING


def test_catches_the_socket_as_a_secret_or_config() -> None:
    """Their files are mounted like any other."""
    entry = {"configs": [{"source": "engine", "target": "/x"}]}
    seen = {**model(agent=entry), "configs": {"engine": {"file": "/var/run/docker.sock"}}}
    catches(rule, context("prod", model=seen))


def test_catches_not_other_sockets() -> None:
    """A database's socket is no engine."""
    mount = {"type": "bind", "source": "/run/postgresql/.s.PGSQL.5432", "target": "/x"}
    catches_not(rule, context("prod", model=model(api={"volumes": [mount]})))
