"""The whole specification of a service, as the Engine API of a swarm takes it."""

from __future__ import annotations

import pytest

from dockgate.core import labels
from dockgate.core.errors import ConfigError
from tests.unit.stack.runtimes.swarm.service_entries import IMAGE, SECOND, inside, made


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
    assert inside(user="") == {}


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
        healthcheck={"test": ["CMD", "true"], "interval": "10s"},
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
        "Healthcheck": {"Test": ["CMD", "true"], "Interval": 10 * SECOND},
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
            {"type": "volume", "source": "bare", "target": "/bare"},
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
            "Target": "/bare",
            "ReadOnly": False,
            "Source": "bare",
            "VolumeOptions": {"Labels": {}, "DriverConfig": {"Name": "nfs", "Options": {}}},
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
    ("option", "asked"),
    [
        ("no-new-privileges", {"NoNewPrivileges": True}),
        ("no-new-privileges:true", {"NoNewPrivileges": True}),
        ("no-new-privileges=false", {"NoNewPrivileges": False}),
        ("seccomp:unconfined", {"Seccomp": {"Mode": "unconfined"}}),
        ("apparmor=unconfined", {"AppArmor": {"Mode": "disabled"}}),
    ],
)
def test_what_a_process_may_not_do(option: str, asked: object) -> None:
    """As `docker run` writes it, with either separator."""
    assert inside(security_opt=[option]) == {"Privileges": asked}


@pytest.mark.parametrize("option", ["seccomp:/profile.json", "apparmor:mine", "label:disable", "unconfined"])
def test_what_a_swarm_cannot_keep_a_process_from_is_refused(option: str) -> None:
    with pytest.raises(ConfigError, match=f"security_opt: {option} does not exist"):
        inside(security_opt=[option])
