"""What a manager's documents say of a stack."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core import labels
from dockgate.engine.containers import Container, Life, Port
from dockgate.stack.runtimes.swarm import seen
from dockgate.stack.runtimes.swarm.seen import Node, Running
from tests.unit.stack.runtimes.swarm import stacks

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = stacks.stack()
API = stacks.named(NOW, "api").name
RUNNING = stacks.deployed(NOW).services
NODES = seen.nodes([stacks.node()], "")


def test_a_task_is_a_container_on_a_node() -> None:
    """It runs only when its health check says so."""
    ports = {"PortStatus": {"Ports": [{"TargetPort": 443, "PublishedPort": 8443, "Protocol": "tcp"}]}}
    task = stacks.task("1", API, status=ports, Slot=3)
    task["Spec"]["ContainerSpec"]["Labels"] = {"tier": "front"}
    assert seen.containers(RUNNING, [task], NODES) == (
        Container(
            "1",
            "shop-prod_api.3 on node-n1",
            "api",
            3,
            "running",
            "healthy",
            image="shop/api:1",
            image_id=f"sha256:{'a' * 64}",
            labels={"tier": "front"},
            ports=(Port(443, 8443, "10.0.0.1", "tcp"),),
        ),
    )


@pytest.mark.parametrize(
    ("state", "shown", "code"),
    [
        ("new", "created", None),
        ("preparing", "created", None),
        ("failed", "exited", 0),
        ("rejected", "dead", None),
        ("remove", "removing", None),
    ],
)
def test_the_state_of_a_task_as_a_containers(state: str, shown: str, code: int | None) -> None:
    """A state that is not known is one before it runs; one that runs without a probe has no health."""
    for spec in ({"Image": "a"}, {"Image": "a", "Healthcheck": {"Test": ["NONE"]}}):
        task = stacks.task("1", API, state, NodeID="n9", Slot=None, Spec={"ContainerSpec": spec})
        [found] = seen.containers(RUNNING, [task], NODES)
        assert found == Container("1", "shop-prod_api.1", "api", 1, shown, exit_code=code, image="a")
        [up] = seen.containers(RUNNING, [{**task, "Status": {"State": "running"}}], NODES)
        assert (up.state, up.health) == ("running", "")
    ended = stacks.task("1", API, "failed", status={"ContainerStatus": {"ExitCode": 3}})
    assert seen.containers(RUNNING, [ended], NODES)[0].exit_code == 3


def test_the_newest_task_of_each_place_is_its_container() -> None:
    """Of a service with replicas the place is a number, of one on each node the node; others' tasks are not ours."""
    tasks = [
        stacks.task("5", API, Slot=2),
        stacks.task("4", API, Slot=1),
        stacks.task("3", API, "failed", Slot=1),
        stacks.task("2", API, Slot=0, NodeID="n1"),
        stacks.task("1", API, Slot=None, NodeID="n2"),
        stacks.task("0", "of another stack"),
        stacks.task("6", next(each.name for each in RUNNING if each.key == "db")),
        stacks.task("7", API, wanted="remove", Slot=9),
    ]
    found = [(each.id, each.service, each.number) for each in seen.containers(RUNNING, tasks, NODES)]
    assert found == [("4", "api", 1), ("2", "api", 1), ("1", "api", 1), ("5", "api", 2), ("6", "db", 1)]


@pytest.mark.parametrize(
    ("document", "node"),
    [
        (
            {
                "ID": "n1",
                "Description": {"Hostname": "a"},
                "Status": {"State": "ready", "Addr": "10.0.0.1"},
                "Spec": {"Availability": "active"},
                "ManagerStatus": {"Leader": True},
            },
            Node("n1", "a", "10.0.0.1", ready=True, active=True, manager=True),
        ),
        ({"ID": "n2"}, Node("n2", "n2", "far", ready=False, active=False)),
        (
            {
                "ID": "n3",
                "Description": {},
                "Status": {"State": "down", "Addr": "127.0.0.1"},
                "Spec": {"Availability": "drain"},
            },
            Node("n3", "n3", "far", ready=False, active=False),
        ),
    ],
)
def test_a_node_is_what_its_manager_says(document: Mapping[str, Any], node: Node) -> None:
    """What it does not say is not so; the address of this machine is none for others."""
    assert seen.nodes([document], "far") == {node.id: node}
    own = (document.get("Status") or {}).get("Addr", "")
    assert seen.nodes([document], "")[node.id].address == own


def test_a_service_is_what_its_manager_says() -> None:
    """By Compose's key, or by its own name where a file says none."""
    bare = {
        "ID": "1",
        "Spec": {"Name": "b", "Mode": {"GlobalJob": {}}, "TaskTemplate": {"ContainerSpec": {"Image": "x"}}},
    }
    labelled = {labels.SERVICE: "api", labels.DEFINITION: "d"}
    whole = {
        "ID": "2",
        "Spec": {"Name": "a", "Labels": labelled, "Mode": {"ReplicatedJob": {}}},
        "UpdateStatus": {"State": "paused", "Message": "why"},
        "ServiceStatus": {"RunningTasks": 2, "DesiredTasks": 3},
    }
    first, second = seen.services([bare, whole])
    assert (first, second) == (Running("api", whole), Running("b", bare))
    assert (second.digest, second.image, second.job, second.update, second.counts) == ("", "x", True, ("", ""), (0, 0))
    assert (first.digest, first.job, first.update, first.counts) == ("d", True, ("paused", "why"), (2, 3))
    assert not Running("c", {"Spec": {"Mode": {"Replicated": {}}}}).job
    some = seen.Seen((), services=(first, second), tasks=(stacks.task("1", "1"), stacks.task("2", "2")))
    assert (some.service("b"), some.service("api")) == (second, None)
    assert [each["ID"] for each in some.of(second)] == ["1"]


def test_tasks_are_listed_newest_first() -> None:
    """By when they were created."""
    found = seen.tasks([stacks.task("1", API), stacks.task("3", API), stacks.task("2", API)])
    assert [each["ID"] for each in found] == ["3", "2", "1"]


def test_a_task_has_the_ports_that_the_whole_swarm_publishes() -> None:
    """What each node publishes for itself is the task's own, or another one's."""
    shared = [
        {"TargetPort": 53, "PublishedPort": 5353, "Protocol": "udp", "PublishMode": "ingress"},
        {"TargetPort": 80, "PublishMode": "ingress"},
        {"TargetPort": 90, "PublishedPort": 9000, "PublishMode": "host"},
    ]
    running = seen.services([{**each.document, "Endpoint": {"Ports": shared}} for each in RUNNING])
    own = {"PortStatus": {"Ports": [{"TargetPort": 443}]}}
    [found] = seen.containers(running, [stacks.task("1", API, status=own)], NODES)
    assert [(each.private, each.public, each.protocol) for each in found.ports] == [
        (443, 0, "tcp"),
        (53, 5353, "udp"),
        (80, 0, "tcp"),
    ]
    assert {each.ip for each in found.ports} == {"10.0.0.1"}
    [lost] = seen.containers(running, [stacks.task("1", API, NodeID="n9")], NODES)
    assert (lost.name, {each.ip for each in lost.ports}) == ("shop-prod_api.1", {""})


def test_a_task_that_starts_is_not_healthy_yet() -> None:
    [one] = seen.containers(RUNNING, [stacks.task("1", API, "starting")], NODES)
    assert (one.state, one.health) == ("running", "starting")


def test_a_task_that_was_replaced_is_no_container_any_more_but_a_finished_job_is() -> None:
    old = stacks.task("1", API, "shutdown", wanted="shutdown")
    job = stacks.task("2", stacks.named(NOW, "migrate").name, "complete", wanted="complete")
    [one] = seen.containers(RUNNING, [old, job], NODES)
    assert (one.service, one.state, one.exit_code) == ("migrate", "exited", 0)


def test_lives_count_what_failed_in_the_same_place() -> None:
    """Of the same specification: what was returned from is not the fault of what runs again."""
    now = datetime(2026, 11, 28, 12, 1, tzinfo=UTC)
    tasks = [stacks.task("2", API), stacks.task("1", API, "failed", wanted="shutdown")]
    found = seen.lives(tasks, now)["2"]
    assert (found.restarts, found.since, found.age) == (1, "2026-11-28T12:00:00Z", 60.0)
    assert not found.looping
    other = stacks.task("1", API, "failed", wanted="shutdown", Spec={"ContainerSpec": {"Image": "other"}})
    assert seen.lives([tasks[0], other], now)["2"].restarts == 0
    elsewhere = [
        stacks.task(str(each), API, "failed", **place) for each, place in enumerate(({"Slot": 2}, {"Slot": 1}))
    ]
    every = seen.lives([tasks[0], *elsewhere, {**elsewhere[1], "ID": "9", "ServiceID": "other"}], now)
    assert [every[each].restarts for each in ("2", "0", "1", "9")] == [1, 0, 0, 0]
    assert seen.lives([stacks.task("1", API, status={"Timestamp": ""})])["1"] == Life()
    unsaid = stacks.task("1", API)
    del unsaid["Status"]["Timestamp"]
    assert seen.lives([unsaid])["1"] == Life()
    assert seen.lives([stacks.task("1", API)])["1"].age > 0


def test_a_single_node_that_knows_no_address_is_reached_where_its_engine_is() -> None:
    known = seen.nodes([stacks.node(address="0.0.0.0")], "server.example")  # noqa: S104 - what an engine answers
    assert known["n1"].address == "server.example"
