"""The stack comes up in order, is what the table of environments says, and goes without a trace."""

from __future__ import annotations

import json
import socket
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dockgate.core import project
from tests.integration import checkout, engine_facts

if TYPE_CHECKING:
    from tests.integration.environments.conftest import Stack

NETWORKS: dict[str, dict[str, set[str]]] = {
    "gateway": {"networks": {"front"}},
    "api": {"networks": {"front", "back"}},
    "worker": {"networks": {"back"}},
    "postgres": {"networks": {"back"}},
    "valkey": {"networks": {"back"}},
}


def moment(text: str) -> datetime:
    return datetime.strptime(text[:26].rstrip("Z"), "%Y-%m-%dT%H:%M:%S.%f").replace(tzinfo=UTC)


def started(entry: dict[str, Any]) -> datetime:
    return moment(entry["State"]["StartedAt"])


def finished(entry: dict[str, Any]) -> datetime:
    return moment(entry["State"]["FinishedAt"])


def declared(stack: Stack) -> dict[str, Any]:
    """Return the services without a profile as Compose alone merges the environment's files."""
    files = project.load(checkout.ROOT, {}).environment(stack.environment).files
    words = ("config", "--no-interpolate", "--format=json")
    argv = (engine_facts.DOCKER, "compose", "--env-file=/dev/null", *(f"--file={each}" for each in files), *words)
    found = subprocess.run(argv, cwd=checkout.ROOT, env={"HOME": "/nowhere"}, capture_output=True, check=True)
    services: dict[str, Any] = json.loads(found.stdout)["services"]
    return {name: entry for name, entry in services.items() if not entry.get("profiles")}


def replicas(stack: Stack) -> dict[str, int]:
    return {name: (entry.get("deploy") or {}).get("replicas", 1) for name, entry in declared(stack).items()}


def published(stack: Stack) -> dict[str, set[str]]:
    services = declared(stack).items()
    ports = {name: {f"{port.rpartition(':')[2]}/tcp" for port in entry.get("ports") or ()} for name, entry in services}
    return {name: each for name, each in ports.items() if each}


def test_every_service_is_there_and_healthy(stack: Stack) -> None:
    """As many containers as wanted, each healthy, or finished without an error."""
    services = stack.services()
    assert {name: len(entries) for name, entries in services.items()} == replicas(stack)
    for name, entries in services.items():
        for entry in entries:
            state = entry["State"]
            if name in {"migrate", "seed"}:
                assert (state["Status"], state["ExitCode"]) == ("exited", 0), name
            else:
                assert (state["Status"], state["Health"]["Status"]) == ("running", "healthy"), name
                assert entry["RestartCount"] == 0, name


def test_starts_in_dependency_order(stack: Stack) -> None:
    """Database, then migration, then seed, then the application, then the gateway."""
    services = stack.services()
    postgres, migrate = services["postgres"][0], services["migrate"][0]
    assert started(postgres) < started(migrate)
    before = services.get("seed", [migrate])[0]
    assert finished(migrate) <= started(before) or before is migrate
    for api in services["api"]:
        assert finished(before) <= started(api)
        assert started(api) < started(services["gateway"][0])
    for worker in services["worker"]:
        assert finished(migrate) <= started(worker)


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
                socket.create_connection((each["HostIp"], int(each["HostPort"])), timeout=5).close()
                listening[each["HostPort"]] = name
    assert set(listening.values()) == published(stack).keys()


def test_networks_are_those_of_the_environment(stack: Stack) -> None:
    """One in development; outside, a front and a back that has no way out."""
    for name, entries in stack.services().items():
        names = {network.removeprefix(f"{stack.project}_") for network in entries[0]["NetworkSettings"]["Networks"]}
        if stack.development:
            assert names == {"default"}
        elif name in NETWORKS:
            assert names == NETWORKS[name]["networks"], name


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
    assert rows.keys() == replicas(stack).keys()
    assert rows["migrate"]["state"] == "completed"
    assert rows["api"]["replicas"] == rows["api"]["wanted"] == replicas(stack)["api"]


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
    assert "@sha256:" in document["services"]["api"]["image"]
