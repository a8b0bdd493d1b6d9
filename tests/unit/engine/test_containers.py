"""The engine's list, typed."""

from __future__ import annotations

from typing import Any

import pytest

from dockgate.core.endpoint import Endpoint
from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.engine import containers as engine_containers
from dockgate.engine.api import RefusedError
from dockgate.engine.containers import Port
from dockgate.engine.sdk_client import Engine
from dockgate.engine.socket_client import EngineSocket
from tests.unit.stack.startup import stacks

LABELS = {"com.docker.compose.service": "api", "com.docker.compose.container-number": "2"}


def entry(**fields: Any) -> dict[str, Any]:
    """Return an entry of the list as API 1.45 gives it."""
    known = {"Id": "f" * 64, "Names": ["/p-api-2"], "State": "running", "Status": "Up 5 seconds", "Labels": LABELS}
    return {**known, **fields}


@pytest.mark.parametrize(
    ("state", "status", "health", "code"),
    [
        ("running", "Up 5 seconds (healthy)", "healthy", None),
        ("running", "Up Less than a second (health: starting)", "starting", None),
        ("running", "Up 2 hours (unhealthy)", "unhealthy", None),
        ("running", "Up 2 hours", "", None),
        ("exited", "Exited (137) 3 minutes ago", "", 137),
        ("exited", "Exited (0) 3 minutes ago (unhealthy)", "", 0),
        ("restarting", "Restarting (1) 2 seconds ago", "", 1),
        ("created", "Created", "", None),
        ("paused", "Up 3 minutes (Paused)", "", None),
    ],
)
def test_health_and_exit_code_are_told_by_the_status(state: str, status: str, health: str, code: int | None) -> None:
    """A stopped container has no health, only a stale one."""
    one = engine_containers.container(entry(State=state, Status=status))
    assert (one.state, one.health, one.exit_code) == (state, health, code)


def test_a_container_is_read_whole() -> None:
    """Labels of Compose, image, ports without doubles."""
    port = {"IP": "127.0.0.1", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"}
    labels = {**LABELS, "com.docker.compose.config-hash": "hash"}
    one = engine_containers.container(
        entry(Labels=labels, Image="api:1", ImageID="sha256:1", Created=7, Ports=[port, port, {"PrivatePort": 9}])
    )
    assert (one.name, one.service, one.number, one.config_hash) == ("p-api-2", "api", 2, "hash")
    assert (one.image, one.image_id, one.created, one.running) == ("api:1", "sha256:1", 7, True)
    assert one.ports == (Port(9), Port(80, 8080, "127.0.0.1"))
    assert [str(port) for port in one.ports] == ["9/tcp", "127.0.0.1:8080->80/tcp"]
    assert str(Port(80, 8080, "::")) == "[::]:8080->80/tcp"


class Wire(EngineSocket):
    """A wire that answers from memory."""

    def __init__(self, *entries: dict[str, Any], status: int = 0) -> None:
        """Hold the entries, or the refusal."""
        super().__init__("")
        self.entries, self.status = list(entries), status

    def containers(self, filters: Any) -> list[dict[str, Any]]:
        """Return the entries of one project."""
        assert filters == {"label": ["com.docker.compose.project=p"]}
        return self.entries

    def image(self, ref: str) -> dict[str, Any]:
        """Return an image, or refuse."""
        if self.status:
            raise RefusedError("no", self.status)
        return {"Id": "sha256:1", "RepoTags": [ref], "RepoDigests": None, "Size": 5, "Config": {"Labels": None}}


def test_a_stack_is_sorted_and_without_one_off_containers() -> None:
    """`compose run` makes containers of a service that are none of its replicas."""
    run = entry(Id="r", Labels={**LABELS, "com.docker.compose.oneoff": "True"})
    first = entry(Id="a", Labels={**LABELS, "com.docker.compose.container-number": "1"})
    assert [one.id for one in engine_containers.stack(Wire(entry(Id="b"), run, first), "p")] == ["a", "b"]


def test_an_image_that_is_not_there_is_none_and_a_broken_engine_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """404 is an answer; everything else is not."""
    endpoint = Endpoint("unix:///x.sock", "default")
    monkeypatch.setattr(engine_containers, "connect", lambda _endpoint: Wire())
    found = engine_containers.image(endpoint, "api:1")
    assert found == engine_containers.EngineImage("sha256:1", ("api:1",), (), 5, {})
    monkeypatch.setattr(engine_containers, "connect", lambda _endpoint: Wire(status=404))
    assert engine_containers.image(endpoint, "api:1") is None
    monkeypatch.setattr(engine_containers, "connect", lambda _endpoint: Wire(status=500))
    with pytest.raises(ToolFailedError):
        engine_containers.image(endpoint, "api:1")


def test_the_socket_is_for_this_machine_and_the_sdk_for_others() -> None:
    """Nothing is opened by choosing."""
    assert isinstance(engine_containers.connect(Endpoint("unix:///x.sock", "default")), EngineSocket)
    assert isinstance(engine_containers.connect(Endpoint("ssh://deploy@host", "DOCKER_HOST")), Engine)


def test_networks_that_are_gone_are_asked_for_by_stopped_containers_alone() -> None:
    """What a running one is in is there; one that never ran is in none yet."""
    running = stacks.container("api", "running", networks={"a": "n1"})
    others = (
        stacks.container("db", "exited", networks={"a": "n1", "b": "n2"}),
        stacks.container("once", "exited", networks={"c": "n3"}),
        stacks.container("new", "created", networks={"c": ""}),
    )
    wire = stacks.FakeEngine()
    wire.gone = {"n1", "n3"}
    assert engine_containers.lost_networks(wire, (running, *others)) == {"n3"}


def test_a_restart_cuts_off_who_shares_the_network() -> None:
    """The one that has the network started after the other: that one has no network but `lo`."""
    listed = [
        {"Id": "vpn", "State": "running", "HostConfig": {"NetworkMode": "p_default"}},
        {"Id": "app", "State": "running", "HostConfig": {"NetworkMode": "container:vpn"}},
        {"Id": "off", "State": "exited", "HostConfig": {"NetworkMode": "container:vpn"}},
        {"Id": "far", "State": "running", "HostConfig": {"NetworkMode": "container:of-another-stack"}},
    ]
    found = [engine_containers.container(each) for each in listed]
    assert [one.joined for one in found] == ["", "vpn", "vpn", "of-another-stack"]
    started = {"vpn": "2026-01-02T03:04:05Z", "app": "2026-01-02T03:04:06Z"}

    class Wire:
        def inspect(self, container: str) -> dict[str, Any]:
            return {"State": {"StartedAt": started[container], "FinishedAt": "0001-01-01T00:00:00Z"}}

    wire: Any = Wire()
    assert engine_containers.cut_off(wire, found) == frozenset()
    started["vpn"] = "2026-01-02T03:05:00Z"
    assert engine_containers.cut_off(wire, found) == {"app"}


@pytest.mark.parametrize("status", [301, 400])
def test_what_can_be_no_images_name_is_a_fault_of_the_files(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    """`image: erpnext:${TAG}` without a TAG: the engine says 400, and not what it was asked for."""
    monkeypatch.setattr(engine_containers, "connect", lambda _endpoint: Wire(status=status))
    with pytest.raises(ConfigError, match=r"no image can be called 'erpnext:'.*\n.*`image:` of the service"):
        engine_containers.image(Endpoint("unix:///x.sock", "default"), "erpnext:")
