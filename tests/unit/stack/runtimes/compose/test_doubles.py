"""Which services may have a second container for a while, and what is said of the others."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from dockgate.compose.model import Publish
from dockgate.stack.runtimes.compose.doubles import hindrance, swaps, tied
from tests.unit.stack.startup.stacks import container, marked, model, service

RUNNING = (container("api", "running", "healthy"),)


def why(written: dict[str, Any] | None = None, **fields: Any) -> str:
    """Return what keeps a service that runs from having a second container."""
    stack = model(replace(service("api"), **fields))
    return hindrance(replace(stack, raw={"services": {"api": written or {}}}), "api", RUNNING)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"ports": (Publish(80, "8080"),)}, "it publishes port 8080"),
        ({"ports": (Publish(80),)}, "it publishes port 80"),
        ({"ports": (Publish(80, "0"),)}, "it publishes port 80"),
        ({"container_name": "api"}, "container_name is api"),
        ({}, ""),
    ],
)
def test_what_only_one_container_can_have_keeps_a_second_one_away(fields: dict[str, Any], said: str) -> None:
    """A port of the host, a name."""
    assert why(**fields) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"volumes": [{"type": "volume", "source": "data", "target": "/d"}]}, "it writes to data"),
        ({"volumes": [{"type": "bind", "source": "/srv", "target": "/d"}]}, "it writes to /srv"),
        ({"volumes": [{"type": "volume", "target": "/d"}]}, "the data in /d is its own"),
        ({"volumes": [{"type": "bind", "source": "/srv", "target": "/d", "read_only": True}]}, ""),
        ({"volumes": [{"type": "tmpfs", "target": "/d"}]}, ""),
        (
            {
                "volumes": [
                    {"type": "tmpfs", "target": "/d"},
                    {"type": "volume", "source": "a", "read_only": True},
                    {"type": "volume", "source": "b"},
                ]
            },
            "it writes to b",
        ),
        (
            {"networks": {"front": {"aliases": ["a"]}, "back": {"mac_address": "02:42"}}},
            "its address in network back is fixed",
        ),
        ({"networks": {"front": {"ipv6_address": "::2"}}}, "its address in network front is fixed"),
        ({"deploy": None, "volumes": None, "networks": None}, ""),
        ({"deploy": {}}, ""),
        ({"network_mode": "host"}, "network_mode is host"),
        ({"networks": {"front": {"ipv4_address": "10.0.0.2"}}}, "its address in network front is fixed"),
        ({"networks": {"front": None}}, ""),
        ({"deploy": {"update_config": {"order": "stop-first"}}}, "deploy.update_config.order is stop-first"),
        ({"deploy": {"update_config": {"order": "start-first"}}}, ""),
    ],
)
def test_what_is_written_keeps_a_second_container_away(written: dict[str, Any], said: str) -> None:
    """Volumes that are only read, and RAM, are no reason."""
    assert why(written) == said


def test_replicas_share_their_volumes_already() -> None:
    """So one more does nothing new; what each has of its own would be lost."""
    shared = {"volumes": [{"type": "volume", "source": "media", "target": "/m"}]}
    assert why(shared, replicas=2) == ""
    assert why({"volumes": [{"type": "volume", "target": "/m"}]}, replicas=2) == "the data in /m is its own"


def test_without_a_health_check_nothing_says_that_the_new_one_serves() -> None:
    """The image's own check counts, which the running container shows."""
    stack = model(service("api", None))
    assert hindrance(stack, "api", (container("api", "running"),)) == "it has no health check"
    assert hindrance(stack, "api", RUNNING) == ""
    assert hindrance(stack, "api", (*RUNNING, container("api", "exited", number=2))) == ""
    assert hindrance(stack, "api", (*RUNNING, container("api", "running", number=2))) == "it has no health check"


def test_one_shots_and_what_does_not_run_are_not_rolled() -> None:
    """Nothing is served by them."""
    assert hindrance(model(marked(service("api"))), "api", RUNNING) == "it is a one-shot"
    assert hindrance(model(service("api")), "api", (container("api", "exited"),)) == "it does not run"


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"network_mode": "service:api"}, "services.other.network_mode is service:api"),
        ({"pid": "service:api"}, "services.other.pid is service:api"),
        ({"volumes_from": ["api"]}, "services.other.volumes_from is used"),
        ({"post_start": [{"command": "x"}]}, "Compose itself starts this stack, because of services.other.post_start"),
        ({"ipc": "service:api"}, "services.other.ipc is service:api"),
        ({"network_mode": "host"}, ""),
    ],
)
def test_containers_that_live_in_one_another_change_together(other: dict[str, Any], said: str) -> None:
    """A new API would leave the other one in the old one's network; Compose knows whom to create again."""
    stack = replace(model(service("api"), service("other")), raw={"services": {"api": {}, "other": other}})
    assert (tied(stack), hindrance(stack, "api", RUNNING)) == (said, said)


@pytest.mark.parametrize(
    ("written", "fields"),
    [
        ({"volumes": [{"type": "volume", "target": "/d"}]}, {}),
        ({"networks": {"front": {"ipv4_address": "10.0.0.2"}}}, {}),
        ({"network_mode": "host"}, {}),
        ({}, {"container_name": "api"}),
        ({}, {"one_shot": True}),
    ],
)
def test_a_name_an_address_and_own_data_keep_a_new_container_from_being_created(
    written: dict[str, Any], fields: dict[str, Any]
) -> None:
    """They belong to a container from its creation."""
    assert not swapping(written, fields, "running")


def test_a_new_container_waits_for_what_only_a_running_one_has() -> None:
    """A port, a volume that is written; what does not run has nothing to wait for."""
    volume = {"volumes": [{"type": "volume", "source": "data", "target": "/d"}]}
    port = {"ports": (Publish(80, "8080"),)}
    assert swapping(volume, port, "running")
    assert swapping({"volumes": [{"type": "bind", "target": "/d"}]}, {}, "running")
    assert swapping({"volumes": None}, {}, "running")
    tied_in = {"services": {"api": {}, "db": {"pid": "service:api"}}}
    assert not swaps(replace(model(service("api"), service("db")), raw=tied_in), "api", RUNNING)
    assert not swaps(model(service("api"), service("db")), "db", RUNNING)
    assert not swapping(volume, port, "exited")


def swapping(written: dict[str, Any], fields: dict[str, Any], state: str) -> bool:
    stack = replace(model(replace(service("api"), **fields)), raw={"services": {"api": written}})
    return swaps(stack, "api", (container("api", state),))
