"""The engine's list, typed."""

from __future__ import annotations

from typing import Any
from unittest.mock import MagicMock

import pytest

from dockgate.core.endpoint import Endpoint
from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.engine import containers as engine_containers
from dockgate.engine.api import RefusedError
from dockgate.engine.containers import ONE_OFF, Container, EngineImage, Port
from dockgate.engine.sdk_client import Engine
from dockgate.engine.socket_client import EngineSocket

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
    assert one == Container(
        "f" * 64,
        "p-api-2",
        "api",
        2,
        "running",
        image="api:1",
        image_id="sha256:1",
        config_hash="hash",
        created=7,
        labels=labels,
        ports=(Port(9), Port(80, 8080, "127.0.0.1")),
    )
    assert one.running
    assert engine_containers.container({"Id": "0123456789abcdef"}) == Container(
        "0123456789abcdef", "0123456789ab", "", 1, ""
    )
    networks = {"NetworkSettings": {"Networks": {"a": {"NetworkID": "n1"}, "b": {}}}}
    assert engine_containers.container(entry(**networks)).networks == {"a": "n1", "b": ""}
    udp = [{"PrivatePort": 80, "Type": "udp"}, {"PrivatePort": 80, "IP": "::"}, {"PrivatePort": 80}]
    udp += [{"PrivatePort": 80, "PublicPort": 1}]
    ports = engine_containers.container(entry(Ports=udp)).ports
    assert ports == (Port(80), Port(80, protocol="udp"), Port(80, 0, "::"), Port(80, 1))
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
    first = entry(Id="a", Labels={**LABELS, "com.docker.compose.container-number": "1", ONE_OFF: "False"})
    db = entry(Id="d", Labels={**LABELS, "com.docker.compose.service": "db"}, Created=1)
    listed = (db, entry(Id="c", Created=9), entry(Id="b", Created=8), run, first)
    assert [one.id for one in engine_containers.stack(Wire(*listed), "p")] == ["a", "b", "c", "d"]


def test_an_image_that_is_not_there_is_none_and_a_broken_engine_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """404 is an answer; everything else is not."""
    endpoint = Endpoint("unix:///x.sock", "default")
    monkeypatch.setattr(engine_containers, "connect", lambda _endpoint: Wire())
    found = engine_containers.image(endpoint, "api:1")
    assert found == engine_containers.EngineImage("sha256:1", ("api:1",), (), 5, {})
    whole = {
        "Id": "sha256:2",
        "RepoDigests": ["api@sha256:3"],
        "Config": {"Labels": {"a": "b"}},
        "Metadata": {"LastTagTime": "2026-01-01T00:00:00Z"},
    }
    for document, kept in (
        (whole, EngineImage("sha256:2", (), ("api@sha256:3",), 0, {"a": "b"}, "2026-01-01T00:00:00Z")),
        ({"Id": "sha256:2", "Metadata": {}, "Config": None}, EngineImage("sha256:2", (), (), 0, {})),
    ):
        with monkeypatch.context() as other:
            other.setattr(Wire, "image", lambda _self, _ref, document=document: document)
            assert engine_containers.image(endpoint, "api:1") == kept
    monkeypatch.setattr(engine_containers, "connect", lambda _endpoint: Wire(status=404))
    assert engine_containers.image(endpoint, "api:1") is None
    monkeypatch.setattr(engine_containers, "connect", lambda _endpoint: Wire(status=500))
    with pytest.raises(ToolFailedError, match=r"^no$"):
        engine_containers.image(endpoint, "api:1")


def test_the_socket_is_for_this_machine_and_the_sdk_for_others() -> None:
    """Nothing is opened by choosing."""
    near = engine_containers.connect(Endpoint("unix:///x.sock", "default"))
    assert isinstance(near, EngineSocket)
    assert near.path == "/x.sock"
    there = Endpoint("ssh://deploy@host", "DOCKER_HOST")
    far = engine_containers.connect(there)
    assert isinstance(far, Engine)
    assert far.endpoint == there


@pytest.mark.parametrize("status", [301, 400])
def test_what_can_be_no_images_name_is_a_fault_of_the_files(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    """`image: erpnext:${TAG}` without a TAG: the engine says 400, and not what it was asked for."""
    monkeypatch.setattr(engine_containers, "connect", lambda _endpoint: Wire(status=status))
    for said, heard in (("no", "no"), ("", "a part is empty")):
        refusal = RefusedError(said, status)
        monkeypatch.setattr(Wire, "image", MagicMock(side_effect=refusal))
        with pytest.raises(ConfigError) as caught:
            engine_containers.image(Endpoint("unix:///x.sock", "default"), "erpnext:")
        assert str(caught.value) == (
            f"no image can be called 'erpnext:': {heard}\n"
            "  → correct `image:` of the service that names it; a variable in it that nothing sets is empty"
        )
