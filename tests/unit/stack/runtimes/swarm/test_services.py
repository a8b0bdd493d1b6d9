"""The whole specification of a service, as the Engine API of a swarm takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core import labels
from dockgate.core.errors import ConfigError
from dockgate.stack.runtimes.swarm import parts, services
from dockgate.stack.runtimes.swarm.contents import Content

if TYPE_CHECKING:
    from collections.abc import Mapping

IMAGE = f"shop/api@sha256:{'1' * 64}"
SECOND = 1_000_000_000
CONTEXT = services.Context(
    project="shop-prod",
    owned={"owner": "shop"},
    contents={
        ("secrets", "KEY"): Content("secrets", "KEY", "shop-prod_KEY-1"),
        ("configs", "app"): Content("configs", "app", "shop-prod_app-2"),
    },
    networks={"back": "shop-prod_back", "front": "shop-prod_front"},
    volumes={
        "data": {"name": "shop-prod_data", "labels": {"keep": "yes"}},
        "far": {"name": "far", "driver": "nfs", "driver_opts": {"device": ":/far"}},
        "near": {"name": "near", "driver_opts": {"type": "none"}},
    },
    parallel=2,
)


def made(entry: Mapping[str, Any], *, job: bool = False) -> services.Wanted:
    """Return a service of this entry."""
    return services.wanted(CONTEXT, "api", {"image": IMAGE, **entry}, job=job, level=3)


def inside(**entry: Any) -> Mapping[str, Any]:
    """Return its container, without what each has."""
    container = made(entry).spec["TaskTemplate"]["ContainerSpec"]
    return {key: value for key, value in container.items() if key not in {"Image", "Labels", "StopGracePeriod"}}


def test_the_least_that_a_service_can_be() -> None:
    """Nothing is said that its file does not say, but for what a swarm needs."""
    found = made({})
    spec = dict(found.spec)
    update = {
        "Parallelism": 2,
        "Delay": 0,
        "FailureAction": "rollback",
        "Monitor": 5 * SECOND,
        "MaxFailureRatio": 0.0,
        "Order": "start-first",
    }
    owned = {"owner": "shop", labels.SERVICE: "api"}
    assert spec == {
        "Name": "shop-prod_api",
        "TaskTemplate": {
            "ContainerSpec": {"Image": IMAGE, "Labels": owned, "StopGracePeriod": 10 * SECOND},
            "RestartPolicy": {"Condition": "any"},
        },
        "Mode": {"Replicated": {"Replicas": 1}},
        "EndpointSpec": {"Mode": "dnsrr"},
        "UpdateConfig": update,
        "RollbackConfig": {**update, "FailureAction": "pause"},
        "Labels": {**owned, labels.DEFINITION: found.digest},
    }
    assert (found.key, found.name, found.level, found.job, found.ports) == ("api", "shop-prod_api", 3, False, ())
    assert (found.image, found.replicas, found.parallel, found.order) == (IMAGE, 1, 2, "start-first")
    assert found.held(7.0)["UpdateConfig"] == {**update, "Delay": 3607 * SECOND, "Monitor": 7 * SECOND}
    assert len(found.digest) == 24


def test_everything_that_a_container_can_say() -> None:
    """`$$` is a dollar in each text of it; numbers of Compose are texts where the engine wants texts."""
    assert inside(
        entrypoint=["/run", "$$x"],
        command="serve $$y",
        environment={"B": "$$2", "A": 1, "UNSET": None},
        working_dir="/srv",
        user="10:10",
        group_add=[20, "staff"],
        hostname="api-1",
        init=True,
        tty=True,
        stdin_open=True,
        read_only=True,
        stop_signal="SIGQUIT",
        extra_hosts=["db:10.0.0.1", "v6=::1"],
        dns=["10.0.0.2"],
        dns_search="example.net",
        dns_opt=["ndots:1"],
        sysctls={"net.core.somaxconn": 1024},
        cap_add=["NET_ADMIN"],
        cap_drop=["ALL"],
        ulimits={"nproc": 5, "nofile": {"soft": 1, "hard": 2}, "core": {}},
        oom_score_adj=100,
        security_opt=["no-new-privileges", "seccomp=unconfined", "apparmor:unconfined"],
        secrets=[{"source": "KEY"}],
        configs=[{"source": "app"}, {"source": "app", "target": "/etc/app", "uid": "7", "gid": "8", "mode": "0640"}],
    ) == {
        "Command": ["/run", "$x"],
        "Args": ["serve $y"],
        "Env": ["A=1", "B=$2"],
        "Dir": "/srv",
        "User": "10:10",
        "Groups": ["20", "staff"],
        "Hostname": "api-1",
        "Init": True,
        "TTY": True,
        "OpenStdin": True,
        "ReadOnly": True,
        "StopSignal": "SIGQUIT",
        "Hosts": ["10.0.0.1 db", "::1 v6"],
        "DNSConfig": {"Nameservers": ["10.0.0.2"], "Search": ["example.net"], "Options": ["ndots:1"]},
        "Sysctls": {"net.core.somaxconn": "1024"},
        "CapabilityAdd": ["NET_ADMIN"],
        "CapabilityDrop": ["ALL"],
        "Ulimits": [
            {"Name": "core", "Soft": 0, "Hard": 0},
            {"Name": "nofile", "Soft": 1, "Hard": 2},
            {"Name": "nproc", "Soft": 5, "Hard": 5},
        ],
        "OomScoreAdj": 100,
        "Privileges": {
            "NoNewPrivileges": True,
            "Seccomp": {"Mode": "unconfined"},
            "AppArmor": {"Mode": "disabled"},
        },
        "Secrets": [{"SecretName": "shop-prod_KEY-1", "File": {"Name": "KEY", "UID": "0", "GID": "0", "Mode": 0o444}}],
        "Configs": [
            {"ConfigName": "shop-prod_app-2", "File": {"Name": "/app", "UID": "0", "GID": "0", "Mode": 0o444}},
            {"ConfigName": "shop-prod_app-2", "File": {"Name": "/etc/app", "UID": "7", "GID": "8", "Mode": 0o640}},
        ],
    }


def test_labels_of_a_checkout_are_left_out_and_those_of_the_file_are_not() -> None:
    """A deployment from another checkout changes nothing."""
    own = {labels.CHECKOUT: "/here", labels.DEFINITION: "1", labels.SECRETS: "2", labels.CONTENTS: "3", "tier": "$$a"}
    spec = made({"labels": own, "deploy": {"labels": {"team": "$$b"}}}).spec
    assert spec["TaskTemplate"]["ContainerSpec"]["Labels"] == {"tier": "$a", "owner": "shop", labels.SERVICE: "api"}
    assert (spec["Labels"]["team"], spec["Labels"]["owner"]) == ("$b", "shop")


def test_networks_and_logs_of_a_task() -> None:
    """By their names on the swarm, with the service's own alias first."""
    networks = {"front": {"aliases": ["web", "www"]}, "back": None}
    logging = {"driver": "local", "options": {"max-file": 3}}
    task = made({"networks": networks, "logging": logging, "stop_grace_period": "1m30s"}).spec["TaskTemplate"]
    assert task["Networks"] == [
        {"Target": "shop-prod_back", "Aliases": ["api"]},
        {"Target": "shop-prod_front", "Aliases": ["api", "web", "www"]},
    ]
    assert task["LogDriver"] == {"Name": "local", "Options": {"max-file": "3"}}
    assert task["ContainerSpec"]["StopGracePeriod"] == 90 * SECOND
    assert "LogDriver" not in made({"logging": {"options": {"a": "b"}}}).spec["TaskTemplate"]


def test_mounts() -> None:
    """Volumes by their names on the engine, with their driver where the file names one."""
    found = inside(
        volumes=[
            {"source": "data", "target": "/data", "volume": {"nocopy": True}},
            {"type": "volume", "source": "far", "target": "/far", "read_only": True},
            {"type": "volume", "source": "near", "target": "/near"},
            {"type": "volume", "source": "other", "target": "/other"},
            {"type": "volume", "target": "/anonymous"},
            {"type": "bind", "source": "/etc/x", "target": "/x", "read_only": True},
        ]
    )["Mounts"]
    assert found == [
        {
            "Type": "volume",
            "Target": "/data",
            "ReadOnly": False,
            "Source": "shop-prod_data",
            "VolumeOptions": {"Labels": {"keep": "yes"}, "NoCopy": True},
        },
        {
            "Type": "volume",
            "Target": "/far",
            "ReadOnly": True,
            "Source": "far",
            "VolumeOptions": {"Labels": {}, "DriverConfig": {"Name": "nfs", "Options": {"device": ":/far"}}},
        },
        {
            "Type": "volume",
            "Target": "/near",
            "ReadOnly": False,
            "Source": "near",
            "VolumeOptions": {"Labels": {}, "DriverConfig": {"Name": "local", "Options": {"type": "none"}}},
        },
        {
            "Type": "volume",
            "Target": "/other",
            "ReadOnly": False,
            "Source": "other",
            "VolumeOptions": {"Labels": {}},
        },
        {"Type": "volume", "Target": "/anonymous", "ReadOnly": False, "VolumeOptions": {"Labels": {}}},
        {"Type": "bind", "Target": "/x", "ReadOnly": True, "Source": "/etc/x"},
    ]


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


@pytest.mark.parametrize("port", [{"host_ip": "10.0.0.1", "target": 1}, {"published": "1-2", "target": 1}])
def test_ports_that_a_swarm_does_not_have(port: Mapping[str, Any]) -> None:
    """What is said, the file of errors has."""
    with pytest.raises(ConfigError):
        parts.ports("api", [port], "vip")


def test_only_what_ends_in_the_image_counts_for_the_digest() -> None:
    """The same content from another registry is the same release."""
    same = made({"image": IMAGE.replace("shop/", "registry.example/shop/")})
    other = made({"image": IMAGE.replace("1111", "2222")})
    assert made({}).digest == same.digest != other.digest
