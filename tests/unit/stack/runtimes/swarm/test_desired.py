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


def test_the_container_is_as_compose_would_make_it() -> None:
    """`$$` is a dollar; a variable without a value is not given."""
    found = stacks.container(stacks.stack(), "api")
    assert found["Env"] == ["LEVEL=info", "PRICE=5$"]
    assert found["Image"] == stacks.image("api")
    assert found["Healthcheck"] == {"Test": ["CMD", "true"], "Interval": 10_000_000_000}
    assert found["StopGracePeriod"] == 10_000_000_000


def test_hardening_is_kept() -> None:
    """Each part of it has a place in a swarm's specification."""
    document = stacks.changed(
        "api",
        read_only=True,
        init=True,
        user="10:10",
        cap_drop=["ALL"],
        security_opt=["no-new-privileges:true", "seccomp=unconfined", "apparmor:unconfined"],
        tmpfs=["/run/x:rw,noexec,nosuid,nodev,size=16m,mode=1777"],
        shm_size="1048576",
        ulimits={"nofile": {"soft": 1, "hard": 2}, "nproc": 5},
        extra_hosts=["db=10.0.0.1"],
        dns=["10.0.0.2"],
        logging={"driver": "json-file", "options": {"max-size": "10m"}},
        deploy={"resources": {"limits": {"cpus": 0.5, "memory": "1048576", "pids": 9}}},
    )
    found = stacks.stack(document)
    inside, spec = stacks.container(found, "api"), stacks.named(found, "api").spec["TaskTemplate"]
    assert (inside["ReadOnly"], inside["Init"], inside["User"], inside["CapabilityDrop"]) == (
        True,
        True,
        "10:10",
        ["ALL"],
    )
    assert inside["Privileges"] == {
        "NoNewPrivileges": True,
        "Seccomp": {"Mode": "unconfined"},
        "AppArmor": {"Mode": "disabled"},
    }
    assert inside["Mounts"] == [
        {"Type": "tmpfs", "Target": "/run/x", "TmpfsOptions": {"SizeBytes": 16 * 2**20, "Mode": 0o1777}},
        {"Type": "tmpfs", "Target": mounts.SHARED_MEMORY, "TmpfsOptions": {"SizeBytes": 2**20, "Mode": 0o1777}},
    ]
    assert inside["Ulimits"] == [{"Name": "nofile", "Soft": 1, "Hard": 2}, {"Name": "nproc", "Soft": 5, "Hard": 5}]
    assert (inside["Hosts"], inside["DNSConfig"]) == (["10.0.0.1 db"], {"Nameservers": ["10.0.0.2"]})
    assert spec["Resources"] == {"Limits": {"NanoCPUs": 500_000_000, "MemoryBytes": 2**20, "Pids": 9}}
    assert spec["LogDriver"] == {"Name": "json-file", "Options": {"max-size": "10m"}}


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


def test_a_failing_change_goes_back_by_itself() -> None:
    """The command that deployed may be gone by then."""
    update = stacks.named(stacks.stack(), "api").spec["UpdateConfig"]
    assert (update["FailureAction"], update["Monitor"], update["Parallelism"]) == ("rollback", 5_000_000_000, 1)


def test_what_the_file_says_of_updates_and_places_counts() -> None:
    """`deploy:` is Swarm's own part of a Compose file."""
    deploy = {
        "mode": "global",
        "update_config": {"parallelism": 3, "delay": "2s", "order": "stop-first", "monitor": "9s"},
        "restart_policy": {"condition": "on-failure", "delay": "1s", "max_attempts": 2},
        "placement": {"constraints": ["node.labels.db==1"], "preferences": [{"spread": "node.labels.rack"}]},
        "endpoint_mode": "vip",
        "labels": {"tier": "front"},
    }
    spec = stacks.named(stacks.stack(stacks.changed("api", deploy=deploy)), "api").spec
    assert spec["Mode"] == {"Global": {}}
    assert (spec["UpdateConfig"]["Parallelism"], spec["UpdateConfig"]["Order"]) == (3, "stop-first")
    restart = {"Condition": "on-failure", "MaxAttempts": 2, "Delay": 1_000_000_000}
    assert spec["TaskTemplate"]["RestartPolicy"] == restart
    assert spec["TaskTemplate"]["Placement"]["Constraints"] == ["node.labels.db==1"]
    assert (spec["EndpointSpec"]["Mode"], spec["Labels"]["tier"]) == ("vip", "front")


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
    """Ignoring it in silence would be a lie."""
    bound = [{"type": "bind", "source": "/srv", "target": "/srv"}]
    document = stacks.changed("api", container_name="api", build={"context": "."}, restart=None, volumes=bound)
    document["services"]["api"].pop("restart")
    document["services"]["api"].pop("healthcheck")
    said = [str(each) for each in stacks.stack(document).notes]
    assert "api: container_name: no effect on a swarm" in said
    assert "api: build: the released image runs; a swarm builds nothing" in said
    assert "api: depends_on: deployed after db, migrate; when a node restarts, nothing waits" in said
    assert "api: restart: none is written, so Swarm's own: always" in said
    assert "api: healthcheck: none, so it counts as up as soon as it runs" in said
    assert "migrate: one-shot: a replicated job, run once for each change of it" in said
    assert [each for each in said if "healthcheck" in each] == [
        "api: healthcheck: none, so it counts as up as soon as it runs"
    ]
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
