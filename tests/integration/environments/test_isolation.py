"""Stacks do not see each other: not two environments, not two instances."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.app import plugin
from tests.integration import engine_facts
from tests.integration.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.app.plugin import Stack

# All at once: a place that is not reachable answers nothing, and is waited for to the end.
DIAL = """
import asyncio, sys

async def dial(place):
    host, _, port = place.rpartition(':')
    try:
        await asyncio.wait_for(asyncio.open_connection(host, int(port)), 2.0)
        print(place)
    except OSError:
        pass

async def main():
    await asyncio.gather(*map(dial, sys.argv[1:]))

asyncio.run(main())
"""
PORTS = (5432, 6379, 8000, 8080, 8081, 8443, 9000)


@pytest.fixture
def neighbour(stack: Stack, instance: str) -> Iterator[Stack]:
    """Return a development stack beside the one under test."""
    try:
        yield plugin.up(stack.checkout, "dev", instance)
    finally:
        plugin.down(plugin.Stack(stack.checkout, "dev", instance, {}))


def dial(stack: Stack, places: list[str]) -> list[str]:
    """Return which places a container of the stack reaches."""
    api = stack.services()["api"][0]["Id"]
    return engine_facts.docker("exec", api, "python3", "-c", DIAL, *places).split()


def places(stack: Stack) -> list[str]:
    """Return every port that a service may listen on, at every address that its containers have."""
    addresses = {
        network["IPAddress"]
        for entries in stack.services().values()
        for entry in entries
        for network in entry["NetworkSettings"]["Networks"].values()
        if network["IPAddress"]
    }
    return [f"{address}:{port}" for address in sorted(addresses) for port in PORTS]


def test_a_neighbour_reaches_nothing_of_this_stack(stack: Stack, neighbour: Stack) -> None:
    """Development beside this one: no container is reachable from its network, in neither direction."""
    there = ["postgres:5432"]
    assert eventually(lambda: dial(neighbour, there), there.__eq__) == there  # the probe can see what is there
    assert dial(neighbour, places(stack)) == []
    assert dial(stack, places(neighbour)) == []
    shared = [
        {name for entries in each.services().values() for name in entries[0]["NetworkSettings"]["Networks"]}
        for each in (stack, neighbour)
    ]
    assert not shared[0] & shared[1]
    assert neighbour.services()["gateway"][0]["State"]["Health"]["Status"] == "healthy"


@pytest.mark.parametrize("only", [("staging", "prod")], indirect=True)
@pytest.mark.usefixtures("only")
def test_the_back_network_has_no_way_out(stack: Stack) -> None:
    """The database's network is internal, and its containers have no other."""
    networks = stack.services()["postgres"][0]["NetworkSettings"]["Networks"]
    for name in networks:
        assert engine_facts.docker("network", "inspect", name, "--format", "{{.Internal}}").strip() == "true"
