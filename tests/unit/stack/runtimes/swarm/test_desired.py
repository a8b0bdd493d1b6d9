"""What a Compose model asks of a swarm: specifications, names, order, and what is said or refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core import labels
from dockgate.stack.runtimes.swarm import mounts
from tests.unit.stack.runtimes.swarm import stacks

if TYPE_CHECKING:
    from collections.abc import Mapping


def test_services_come_after_what_they_depend_on() -> None:
    """Those of one level do not wait for each other."""
    document = stacks.shop()
    document["services"]["cache"] = {**document["services"]["db"], "volumes": []}
    for given, first in ((stacks.shop(), ["db"]), (document, ["db", "cache"])):
        levels = [[each.key for each in level] for level in stacks.stack(given).levels]
        assert levels == [first, ["migrate"], ["api"], ["gateway"]]


def test_a_service_is_named_after_its_stack_and_labelled_as_its() -> None:
    """The checkout is no label: another one changes nothing."""
    api = stacks.named(stacks.stack(), "api")
    assert api.name == "shop-prod_api"
    assert api.spec["Labels"] == {**stacks.owner(), labels.SERVICE: "api", labels.DEFINITION: api.digest}
    assert "/somewhere" not in json.dumps(api.spec)


def test_memory_and_limits_are_kept() -> None:
    """Each part of it has a place in a swarm's specification."""
    limits = {"resources": {"limits": {"cpus": 0.5, "memory": "1048576", "pids": 9}}}
    tmpfs = ["/run/x:rw,noexec,nosuid,nodev,size=16m,mode=1777"]
    found = stacks.stack(stacks.changed("api", tmpfs=tmpfs, shm_size="1048576", deploy=limits))
    assert stacks.container(found, "api")["Mounts"] == [
        {"Type": "tmpfs", "Target": "/run/x", "TmpfsOptions": {"SizeBytes": 16 * 2**20, "Mode": 0o1777}},
        {"Type": "tmpfs", "Target": mounts.SHARED_MEMORY, "TmpfsOptions": {"SizeBytes": 2**20, "Mode": 0o1777}},
    ]
    resources = stacks.named(found, "api").spec["TaskTemplate"]["Resources"]
    assert resources == {"Limits": {"NanoCPUs": 500_000_000, "MemoryBytes": 2**20, "Pids": 9}}


def test_an_application_starts_first_and_what_has_a_volume_or_a_port_of_its_node_stops_first() -> None:
    """Two databases on one volume would destroy it; two gateways cannot have one port."""
    found = stacks.stack()
    assert {each.key: each.order for each in found.services} == {
        "db": "stop-first",
        "migrate": "",
        "api": "start-first",
        "gateway": "stop-first",
    }
    said = [str(each) for each in found.notes]
    assert "db: writes to a volume: the old container stops before the new one starts" in said
    assert any(line.startswith("gateway: port 8443 of its node: replaced node by node") for line in said)


def test_what_the_file_says_of_places_counts() -> None:
    """`deploy:` is Swarm's own part of a Compose file; of what it does not say, one changes at a time."""
    deploy = {"placement": {"constraints": ["node.labels.db==1"]}}
    spec = stacks.named(stacks.stack(stacks.changed("api", deploy=deploy)), "api").spec
    assert spec["TaskTemplate"]["Placement"] == {"Constraints": ["node.labels.db==1"]}
    assert spec["UpdateConfig"]["Parallelism"] == 1


def test_a_one_shot_is_a_job_with_a_name_for_each_change_of_it() -> None:
    """The job of the release before keeps its result."""
    before, after = (stacks.named(stacks.stack(stacks.shop(mark)), "migrate") for mark in "ab")
    assert before.job
    assert before.spec["Mode"] == {"ReplicatedJob": {"MaxConcurrent": 1, "TotalCompletions": 1}}
    assert before.spec["TaskTemplate"]["RestartPolicy"] == {"Condition": "none"}
    assert before.name != after.name
    assert before.name.startswith("shop-prod_migrate-")


@pytest.mark.parametrize(
    ("written", "policy"),
    [
        ("no", {"Condition": "none"}),
        ("always", {"Condition": "any"}),
        ("unless-stopped", {"Condition": "any"}),
        ("on-failure", {"Condition": "on-failure"}),
        ("on-failure:3", {"Condition": "on-failure", "MaxAttempts": 3}),
    ],
)
def test_restart_policies(written: str, policy: Mapping[str, Any]) -> None:
    spec = stacks.named(stacks.stack(stacks.changed("api", restart=written)), "api").spec
    assert spec["TaskTemplate"]["RestartPolicy"] == policy


def test_ports_are_on_the_node_with_dnsrr_and_on_the_swarm_with_vip() -> None:
    """Without IPVS in the kernel there is no ingress."""
    for mode, where in (("dnsrr", "host"), ("vip", "ingress")):
        spec = stacks.named(stacks.stack(endpoint_mode=mode), "gateway").spec
        port = {"Protocol": "tcp", "TargetPort": 443, "PublishedPort": 8443, "PublishMode": where}
        assert spec["EndpointSpec"] == {"Mode": mode, "Ports": [port]}
    assert stacks.named(stacks.stack(endpoint_mode="vip"), "gateway").order == "start-first"


def test_a_tmpfs_among_the_volumes_is_one() -> None:
    """As long as Compose's long syntax says; a swarm limits it where the file does."""
    volumes = [
        {"type": "tmpfs", "target": "/cache", "tmpfs": {"size": "16777216", "mode": 0o700}},
        {"type": "tmpfs", "target": "/any"},
    ]
    inside = stacks.container(stacks.stack(stacks.changed("api", volumes=volumes, tmpfs=["/run/y"])), "api")
    assert {"Type": "tmpfs", "Target": "/run/y", "TmpfsOptions": {}} in inside["Mounts"]
    assert [each for each in inside["Mounts"] if each["Target"] in {"/cache", "/any"}] == [
        {"Type": "tmpfs", "Target": "/cache", "TmpfsOptions": {"SizeBytes": 2**24, "Mode": 0o700}},
        {"Type": "tmpfs", "Target": "/any", "TmpfsOptions": {}},
    ]


def test_what_has_no_effect_is_said() -> None:
    """Of each service, and of its mounts; ignoring it in silence would be a lie."""
    bound = [{"type": "bind", "source": "/srv", "target": "/srv"}]
    said = [str(each) for each in stacks.stack(stacks.changed("api", container_name="api", volumes=bound)).notes]
    assert "api: container_name: no effect on a swarm" in said
    assert "migrate: one-shot: a replicated job, run once for each change of it" in said
    assert "db: volume data is on one node: with several, place the service by a label" in said
    assert "api: /srv has to exist on every node that may run it" in said


def test_networks_are_overlays() -> None:
    """Drivers and addresses of one engine are not carried over."""
    document = stacks.shop()
    document["networks"] = {
        "default": {"name": "shop-prod_default", "driver": "bridge", "driver_opts": {"a": "b"}, "internal": True},
        "other": {"name": "there", "external": True},
    }
    document["networks"]["far"] = {
        "name": "far",
        "driver": "overlay",
        "driver_opts": {"encrypted": True},
        "attachable": True,
        "ipam": {"config": [{"subnet": "10.9.0.0/24", "gateway": "10.9.0.1"}, {"gateway": "10.9.0.1"}]},
        "labels": {"tier": "$$a", labels.CHECKOUT: "/here", labels.PROJECT: "another"},
    }
    document["networks"]["bare"] = {"name": "bare", "driver_opts": None}
    found = stacks.stack(document)
    common = {"Driver": "overlay", "Scope": "swarm"}
    own = {**common, "Attachable": False, "Labels": stacks.owner()}
    assert found.networks == {
        "shop-prod_default": {"Name": "shop-prod_default", **own, "Internal": True, "Options": {}},
        "bare": {"Name": "bare", **own, "Internal": False, "Options": {}},
        "far": {
            "Name": "far",
            **common,
            "Internal": False,
            "Attachable": True,
            "Options": {"encrypted": "True"},
            "IPAM": {"Config": [{"Subnet": "10.9.0.0/24"}]},
            "Labels": {"tier": "$a", **stacks.owner()},
        },
    }
    networks = [str(each) for each in found.notes if each.service.startswith("network")]
    assert networks == ["network default: an overlay on a swarm"]
