"""What a manager's documents say of a stack."""

from __future__ import annotations

from datetime import UTC, datetime

from dockgate.stack.runtimes.swarm import seen
from tests.unit.stack.runtimes.swarm import stacks

NOW = stacks.stack()
API = stacks.named(NOW, "api").name
RUNNING = stacks.deployed(NOW).services
NODES = seen.nodes([stacks.node()])


def test_a_task_is_a_container_on_a_node() -> None:
    """It runs only when its health check says so."""
    ports = {"PortStatus": {"Ports": [{"TargetPort": 443, "PublishedPort": 8443, "Protocol": "tcp"}]}}
    found = seen.containers(RUNNING, [stacks.task("1", API, status=ports)], NODES)
    assert [(each.service, each.name, each.state, each.health) for each in found] == [
        ("api", "shop-prod_api.1 on node-n1", "running", "healthy")
    ]
    assert found[0].image_id == f"sha256:{'a' * 64}"
    assert [str(port) for port in found[0].ports] == ["10.0.0.1:8443->443/tcp"]


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


def test_a_single_node_that_knows_no_address_is_reached_where_its_engine_is() -> None:
    known = seen.nodes([stacks.node(address="0.0.0.0")], "server.example")  # noqa: S104 - what an engine answers
    assert known["n1"].address == "server.example"
