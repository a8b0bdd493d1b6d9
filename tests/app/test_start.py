"""The stack comes up in order, is what the table of environments says, and goes without a trace."""

from __future__ import annotations

import itertools
import json
import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.app import model

if TYPE_CHECKING:
    from tests.app.plugin import Stack


def moment(text: str) -> datetime:
    return datetime.strptime(text[:26].rstrip("Z"), "%Y-%m-%dT%H:%M:%S.%f").replace(tzinfo=UTC)


def started(entry: dict[str, Any]) -> datetime:
    return moment(entry["State"]["StartedAt"])


def finished(entry: dict[str, Any]) -> datetime:
    return moment(entry["State"]["FinishedAt"])


def published(stack: Stack) -> dict[str, set[str]]:
    services = model.services(stack).items()
    ports = {name: {f"{port.rpartition(':')[2]}/tcp" for port in entry.get("ports") or ()} for name, entry in services}
    return {name: each for name, each in ports.items() if each}


def test_every_service_is_there_and_healthy(stack: Stack) -> None:
    """As many containers as wanted, each healthy, or finished without an error."""
    services, one_shots = stack.services(), model.one_shots(stack)
    assert {name: len(entries) for name, entries in services.items()} == model.replicas(stack)
    for name, entries in services.items():
        for entry in entries:
            state = entry["State"]
            if name in one_shots:
                assert (state["Status"], state["ExitCode"]) == ("exited", 0), name
            else:
                assert (state["Status"], state["Health"]["Status"]) == ("running", "healthy"), name
                assert entry["RestartCount"] == 0, name


def test_starts_in_dependency_order(stack: Stack) -> None:
    """Nothing starts before what it depends on has started, or has finished where it waits for that."""
    services = stack.services()
    for name, before, condition in model.dependencies(stack):
        since = finished if condition == "service_completed_successfully" else started
        for first, then in itertools.product(services[before], services[name]):
            assert since(first) <= started(then), f"{name} before {before}"


def test_publishes_what_the_table_says_and_nothing_else(stack: Stack) -> None:
    """Each port on the address of this machine that the environment names."""
    found = {}
    for name, entries in stack.services().items():
        for entry in entries:
            ports = entry["NetworkSettings"]["Ports"] or {}
            open_ports = {port: {each["HostIp"] for each in bound} for port, bound in ports.items() if bound}
            if open_ports:
                found[name] = set(open_ports)
            assert all(addresses == {"127.0.0.1"} for addresses in open_ports.values()), name
    assert found == published(stack)


def test_what_is_published_answers(stack: Stack) -> None:
    """A connection to each published port is taken, and no other port of this machine belongs to the stack."""
    listening = {}
    for name, entries in stack.services().items():
        for bound in (entries[0]["NetworkSettings"]["Ports"] or {}).values():
            for each in bound or ():
                socket.create_connection((each["HostIp"], int(each["HostPort"])), timeout=60).close()
                listening[each["HostPort"]] = name
    assert set(listening.values()) == published(stack).keys()


def test_networks_are_those_of_the_environment(stack: Stack) -> None:
    """Each container is in the networks that its service names, and in no other."""
    for name, service in model.services(stack).items():
        for entry in stack.services()[name]:
            found = {each.removeprefix(f"{stack.project}_") for each in entry["NetworkSettings"]["Networks"]}
            assert found == set(service.get("networks") or {"default": None}), name


def test_images_are_pinned_by_digest(stack: Stack) -> None:
    """What runs cannot change under a tag."""
    for entries in stack.services().values():
        for entry in entries:
            assert "@sha256:" in entry["Config"]["Image"]


def test_status_says_what_the_engine_says(stack: Stack) -> None:
    """A row for each service, a finished one-shot as completed."""
    document = stack.checkout.json("status", *stack.flags)
    assert document["healthy"] is True
    rows = {row["name"]: row for row in document["services"]}
    wanted = model.replicas(stack)
    assert rows.keys() == wanted.keys()
    for name, row in rows.items():
        if name in model.one_shots(stack):
            assert row["state"] == "completed", name
        else:
            assert row["replicas"] == row["wanted"] == wanted[name], name


def test_up_again_changes_nothing(stack: Stack) -> None:
    """No container is touched."""
    before = {entry["Id"]: entry["State"]["StartedAt"] for each in stack.services().values() for entry in each}
    document = stack.checkout.json("up", *stack.flags)
    after = {entry["Id"]: entry["State"]["StartedAt"] for each in stack.services().values() for entry in each}
    assert document["changed"] is False
    assert before == after
    assert stack.checkout.inv("plan", *stack.flags, "--exit-code").returncode == 0


def test_config_is_the_resolved_model(stack: Stack) -> None:
    """As Compose resolved it, with the pins."""
    document = json.loads(stack.checkout.inv("config", *stack.flags).stdout)
    assert document["name"] == stack.project
    assert all("@sha256:" in service["image"] for service in document["services"].values())
