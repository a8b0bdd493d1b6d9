"""How many a swarm runs of a service, where, within which limits, and how they are replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core import labels
from dockgate.core.errors import ConfigError
from dockgate.stack.runtimes.swarm import parts
from tests.unit.stack.runtimes.swarm.service_entries import IMAGE, SECOND, made

if TYPE_CHECKING:
    from collections.abc import Mapping


@pytest.mark.parametrize(
    ("deploy", "job", "mode"),
    [
        ({"replicas": 3}, False, {"Replicated": {"Replicas": 3}}),
        ({"mode": "global"}, False, {"Global": {}}),
        ({"replicas": 3}, True, {"ReplicatedJob": {"MaxConcurrent": 3, "TotalCompletions": 3}}),
        ({"mode": "replicated-job"}, False, {"ReplicatedJob": {"MaxConcurrent": 1, "TotalCompletions": 1}}),
        ({"mode": "global-job"}, False, {"GlobalJob": {}}),
    ],
)
def test_how_many(deploy: Mapping[str, Any], mode: Mapping[str, Any], *, job: bool) -> None:
    """A job has a name for each change of it, a label, and no way to be updated."""
    found = made({"deploy": deploy}, job=job)
    assert found.spec["Mode"] == mode
    assert found.replicas == (0 if {"Global", "GlobalJob"} & mode.keys() else deploy.get("replicas", 1))
    meant_to_end = bool({"ReplicatedJob", "GlobalJob"} & mode.keys())
    assert found.job == meant_to_end
    assert found.name == ("shop-prod_api-" + found.digest[:8] if meant_to_end else "shop-prod_api")
    assert ("UpdateConfig" in found.spec, "RollbackConfig" in found.spec) == (not meant_to_end, not meant_to_end)
    assert (found.parallel, found.order) == ((0, "") if meant_to_end else (2, "start-first"))
    assert found.spec["Labels"].get(labels.ONE_SHOT) == ("true" if meant_to_end else None)


def test_scale_counts_before_replicas() -> None:
    """As for Compose."""
    assert made({"scale": 4, "deploy": {"replicas": 2}}).replicas == 4


def test_updates_and_the_way_back_are_each_as_written() -> None:
    """What the file says of one says nothing of the other."""
    written = {
        "parallelism": 5,
        "delay": "2s",
        "failure_action": "continue",
        "monitor": "9s",
        "max_failure_ratio": "0.5",
        "order": "stop-first",
    }
    whole = {
        "Parallelism": 5,
        "Delay": 2 * SECOND,
        "FailureAction": "continue",
        "Monitor": 9 * SECOND,
        "MaxFailureRatio": 0.5,
        "Order": "stop-first",
    }
    first = made({"deploy": {"update_config": written}}).spec
    assert (first["UpdateConfig"], first["RollbackConfig"]["Parallelism"]) == (whole, 2)
    second = made({"deploy": {"rollback_config": written}}).spec
    assert (second["UpdateConfig"]["Parallelism"], second["RollbackConfig"]) == (2, {**whole, "FailureAction": "pause"})


def test_health_checks() -> None:
    """Each of their times, and none where the image's own counts."""
    entry = {"test": ["CMD", "$$x"], "interval": "1s", "timeout": "2s", "start_period": "3s", "start_interval": "4s"}
    assert parts.health({**entry, "retries": 6}) == {
        "Test": ["CMD", "$x"],
        "Interval": SECOND,
        "Timeout": 2 * SECOND,
        "StartPeriod": 3 * SECOND,
        "StartInterval": 4 * SECOND,
        "Retries": 6,
    }
    assert parts.health({"test": "true"}) == {"Test": ["true"]}
    assert (
        parts.health({"disable": True, "test": ["CMD", "x"]}) == parts.health({"test": ["NONE"]}) == {"Test": ["NONE"]}
    )
    assert parts.health({**entry, "test": ["NONE"]}) == {"Test": ["NONE"]}
    assert parts.health({}) is parts.health(None) is None


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        ({}, {}),
        (
            {"cpus": "1.5", "mem_limit": "2g", "pids_limit": 9},
            {"Limits": {"NanoCPUs": 1_500_000_000, "MemoryBytes": 2**31, "Pids": 9}},
        ),
        (
            {"mem_limit": "2g", "deploy": {"resources": {"limits": {"memory": "1 MiB"}}}},
            {"Limits": {"MemoryBytes": 2**20}},
        ),
        ({"mem_reservation": "3k"}, {"Reservations": {"MemoryBytes": 3072}}),
        (
            {"mem_reservation": "3k", "deploy": {"resources": {"reservations": {"memory": "1T", "cpus": 2}}}},
            {"Reservations": {"MemoryBytes": 2**40, "NanoCPUs": 2 * SECOND}},
        ),
    ],
)
def test_resources(entry: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    """The older keys count where `deploy` says nothing."""
    assert parts.resources(entry) == found


@pytest.mark.parametrize(
    ("policy", "found"),
    [
        ({"condition": "on-failure", "max_attempts": "3"}, {"Condition": "on-failure", "MaxAttempts": 3}),
        ({"delay": "1s", "window": "2s"}, {"Condition": "any", "Delay": SECOND, "Window": 2 * SECOND}),
    ],
)
def test_restart_policies_of_a_swarm(policy: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    """They count before `restart`; a job is not tried again, whatever is written."""
    entry = {"restart": "no", "deploy": {"restart_policy": policy}}
    assert parts.restart(entry, job=False) == found
    assert parts.restart(entry, job=True) == {"Condition": "none"}
    assert parts.restart({"restart": "sometimes"}, job=False) == {"Condition": "any"}
    for least in ({}, {"restart": None}, {"deploy": {"restart_policy": {"condition": None}}}):
        assert parts.restart(least, job=False) == {"Condition": "any"}


def test_places() -> None:
    """Constraints, preferences in their order, and how many a node takes."""
    given = {
        "constraints": ["node.role==worker"],
        "preferences": [{"spread": "node.labels.rack"}, {"spread": "node.labels.row"}],
        "max_replicas_per_node": "2",
    }
    assert parts.placement({"deploy": {"placement": given}}) == {
        "Constraints": ["node.role==worker"],
        "Preferences": [
            {"Spread": {"SpreadDescriptor": "node.labels.rack"}},
            {"Spread": {"SpreadDescriptor": "node.labels.row"}},
        ],
        "MaxReplicas": 2,
    }
    assert parts.placement({}) == parts.placement({"deploy": {"placement": {}}}) == {}


def test_ports() -> None:
    """On every address or not at all; one that is not named is chosen by the swarm."""
    entry = [
        {"target": "53", "published": 5353, "protocol": "udp", "host_ip": "0.0.0.0"},  # noqa: S104
        {"target": 80, "host_ip": "::"},
        {"target": 443, "published": "8443", "mode": "host"},
    ]
    assert parts.ports("api", entry, "vip") == [
        {"Protocol": "udp", "TargetPort": 53, "PublishedPort": 5353, "PublishMode": "ingress"},
        {"Protocol": "tcp", "TargetPort": 80, "PublishMode": "ingress"},
        {"Protocol": "tcp", "TargetPort": 443, "PublishedPort": 8443, "PublishMode": "host"},
    ]
    assert [each["PublishMode"] for each in parts.ports("api", entry, "dnsrr")] == ["host", "host", "host"]
    found = made({"ports": entry, "deploy": {"endpoint_mode": "vip"}})
    assert (found.ports, found.order, found.spec["EndpointSpec"]["Mode"]) == ((5353, 0, 8443), "stop-first", "vip")


@pytest.mark.parametrize(
    ("port", "said"),
    [
        (
            {"host_ip": "10.0.0.1", "target": 1},
            (
                "services.api publishes on 10.0.0.1 alone, and Swarm on every address of a node\n"
                "  → publish on 0.0.0.0 in this environment, behind a firewall, or not at all"
            ),
        ),
        ({"published": "1-2", "target": 1}, "services.api publishes a range (1-2)\n  → name one port"),
    ],
)
def test_ports_that_a_swarm_does_not_have(port: Mapping[str, Any], said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parts.ports("api", [port], "vip")
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("text", "size"), [("1.5k", 1536), (" 2 MiB ", 2**21), ("3GB", 3 * 2**30), (4, 4), ("5b", 5), ("6T", 6 * 2**40)]
)
def test_sizes_are_bytes(text: object, size: int) -> None:
    assert parts.size(text) == size
    with pytest.raises(ConfigError) as caught:
        parts.size(f"{text}x")
    assert str(caught.value) == f"'{text}x' is not a size\n  → bytes, or a number with k, m or g"


def test_only_what_ends_in_the_image_counts_for_the_digest() -> None:
    """The same content from another registry is the same release."""
    same = made({"image": IMAGE.replace("shop/", "registry.example/shop/")})
    other = made({"image": IMAGE.replace("1111", "2222")})
    assert made({}).digest == same.digest != other.digest
    one, two = ({"labels": dict(pairs)} for pairs in ((("a", 1), ("b", 2)), (("b", 2), ("a", 1))))
    assert made(one).digest == made(two).digest  # the order in a file is no change
