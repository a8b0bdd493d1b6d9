from __future__ import annotations

from typing import Any

import pytest

from dockgate.core.findings import Severity
from dockgate.guardrails.rules import dg310_engine_socket as rule
from tests.guardrails.scenes import catches, catches_not, context, model


@pytest.mark.parametrize(
    "source", ["/var/run/docker.sock", "/run/containerd/containerd.sock", "/var/run", "/run/", "/", "/var", "//", "/./"]
)
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


def test_catches_a_volume_that_binds_the_host() -> None:
    """The same mount in another spelling."""
    entry = {"volumes": [{"type": "volume", "source": "host", "target": "/host"}]}
    volumes = {"host": {"driver_opts": {"type": "none", "o": "bind,ro", "device": "/"}}}
    [hit] = catches(rule, context("prod", model={**model(agent=entry), "volumes": volumes}))
    assert "through /" in hit.message


@pytest.mark.parametrize(
    "entry",
    [
        {"environment": {"DOCKER_HOST": "tcp://10.0.0.1:2375"}},
        {"environment": {"DOCKER_HOST": "tcp://other:2375", "DOCKER_TLS_VERIFY": ""}},
        {"command": ["dockerd", "-H", "tcp://0.0.0.0:2375"]},
        {"command": ["--providers.docker.endpoint=tcp://other:2375"]},
        {"command": "watcher --docker-host tcp://10.0.0.1:2375 --all"},
        {"environment": {"TRAEFIK_PROVIDERS_DOCKER_ENDPOINT": "tcp://10.0.0.1:2375"}},
        {"command": ["dockerd", "--tls=false"]},
    ],
)
def test_catches_the_engines_address_without_tls(entry: dict[str, Any]) -> None:
    """Who reaches it needs no socket."""
    catches(rule, context("prod", model=model(agent=entry, other={"image": "docker:dind"})))


def test_catches_not_an_address_with_tls_or_of_a_proxy_in_this_stack() -> None:
    """The proxy is what the finding advises."""
    proxied = {"environment": {"DOCKER_HOST": "tcp://proxy:2375"}}
    proxy = {"image": "tecnativa/docker-socket-proxy:0.3@sha256:" + "1" * 64}
    catches_not(rule, context("prod", model=model(agent=proxied, proxy=proxy)))
    argument = {"command": ["--providers.docker.endpoint=tcp://proxy:2375"]}
    catches_not(rule, context("prod", model=model(agent=argument, proxy=proxy)))
    secured = {"environment": {"DOCKER_HOST": "tcp://10.0.0.1:2376", "DOCKER_TLS_VERIFY": "1"}}
    catches_not(rule, context("prod", model=model(agent=secured)))
    catches_not(rule, context("prod", model=model(agent={"environment": {"DOCKER_HOST": "unix:///x.sock"}})))


def test_says_what_is_reached_and_where() -> None:
    """The socket itself, the folder that it is in, the address by the setting that has it; all of them."""
    entry = {
        "volumes": [{"type": "bind", "source": "/run", "target": "/x"}],
        "environment": {"DOCKER_HOST": "http://10.0.0.1", "A": "tcp://10.0.0.2:2375 tcp://proxy:2375", "B": "x"},
        "command": "x tcp://10.0.0.1:2375",
    }
    proxy = {"image": "x/docker-socket-proxy"}
    hits = catches(rule, context("prod", model=model(agent=entry, proxy=proxy)), 4)
    assert [
        (hit.message.partition(" gets ")[2].partition(":")[0], hit.location.path.rpartition(".")[2]) for hit in hits
    ] == [
        ("the engine's socket through /run", "volumes"),
        ("the engine's address without TLS (DOCKER_HOST)", "environment"),
        ("the engine's address without TLS (port 2375)", "command"),
        ("the engine's address without TLS (A)", "environment"),
    ]
    both = {
        **entry,
        "volumes": [{"type": "bind", "source": "/run/docker.sock"}],
        "command": "dockerd -H tcp://0.0.0.0:2375",
    }
    hits = catches(rule, context("prod", model=model(agent=both)), 4)
    assert [hit.message.partition(" gets ")[2].partition(":")[0] for hit in hits][:3:2] == [
        "the engine's socket", "an engine that is reached without TLS",
    ]  # fmt: skip


def test_catches_not_other_sockets() -> None:
    """A database's socket is no engine."""
    mount = {"type": "bind", "source": "/run/postgresql/.s.PGSQL.5432", "target": "/x"}
    catches_not(rule, context("prod", model=model(api={"volumes": [mount]})))
