"""What a manager is asked of its swarm, word by word."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.errors import MissingToolError
from dockgate.engine import swarm
from dockgate.engine.api import RefusedError
from dockgate.engine.swarm import Swarm

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SPEC = {"TaskTemplate": {"ContainerSpec": {"Image": "shop/api:1"}}}


class Wire:
    """Keeps each request, and gives each the same answer, or refusal."""

    def __init__(self, answer: object = None, refusal: RefusedError | None = None) -> None:
        self.answer = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.refusal = refusal
        self.asked: list[tuple[Any, ...]] = []

    def request(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: object = None,
        timeout: float = -1.0,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        self.asked.append((method, path, query, body, timeout, headers))
        if self.refusal:
            raise self.refusal
        return self.answer


@pytest.mark.parametrize(
    ("call", "path", "query"),
    [
        (
            lambda one: one.listed("services", "a=b"),
            "/services",
            {"filters": '{"label": ["a=b"]}', "status": "true"},
        ),
        (lambda one: one.listed("configs", "a=b"), "/configs", {"filters": '{"label": ["a=b"]}'}),
        (lambda one: one.tasks("a=b"), "/tasks", {"filters": '{"label": ["a=b"]}'}),
        (lambda one: one.nodes(), "/nodes", None),
    ],
)
def test_what_there_is(call: Callable[[Swarm], object], path: str, query: Mapping[str, str] | None) -> None:
    """A service comes with how many of its tasks run."""
    wire = Wire([{"ID": "1"}])
    assert call(Swarm(wire)) == [{"ID": "1"}]
    assert wire.asked == [("GET", path, query, None, 15.0, None)]


def test_what_the_engine_says_of_itself() -> None:
    wire = Wire({"Swarm": {}})
    assert Swarm(wire).info() == {"Swarm": {}}
    assert wire.asked == [("GET", "/info", None, None, 15.0, None)]


def test_an_object_has_its_whole_name() -> None:
    """The manager lists those that begin so, too; a network has its name outside."""
    wire = Wire([{"Spec": {"Name": "ab"}}, {"Spec": None, "Name": "a", "Id": "1"}, {"Spec": {"Name": "a"}}])
    assert Swarm(wire).named("networks", "a") == {"Spec": None, "Name": "a", "Id": "1"}
    assert Swarm(wire).named("networks", "ab") == {"Spec": {"Name": "ab"}}
    assert Swarm(wire).named("networks", "b") is None
    assert wire.asked[0] == ("GET", "/networks", {"filters": '{"name": ["a"]}'}, None, 15.0, None)


@pytest.mark.parametrize(
    ("login", "headers"), [(lambda image: f"for {image}", {"X-Registry-Auth": "for shop/api:1"}), (None, {})]
)
def test_a_service_is_created_and_changed_with_its_registrys_login(
    login: Callable[[str], str] | None, headers: Mapping[str, str]
) -> None:
    """Of the version that was read; the manager has a minute."""
    wire = Wire({"ID": "new"})
    one = Swarm(wire, login) if login else Swarm(wire)
    assert one.create("services", SPEC) == "new"
    one.update("services", {"ID": "s1", "Version": {"Index": 7}}, SPEC)
    assert wire.asked == [
        ("POST", "/services/create", None, SPEC, 60.0, headers),
        ("POST", "/services/s1/update", {"version": "7"}, SPEC, 60.0, headers),
    ]


def test_other_objects_need_no_login() -> None:
    """A network's id is spelled otherwise."""
    wire = Wire({"Id": 5})
    one = Swarm(wire, lambda image: f"for {image}")
    assert one.create("networks", {"Name": "n"}) == "5"
    one.update("configs", {"ID": "c1", "Version": {"Index": 7}}, {"Name": "c"})
    assert wire.asked == [
        ("POST", "/networks/create", None, {"Name": "n"}, 60.0, {}),
        ("POST", "/configs/c1/update", {"version": "7"}, {"Name": "c"}, 60.0, {}),
    ]


def test_what_is_removed_was_there_or_not() -> None:
    """Every other refusal is one."""
    wire = Wire()
    assert Swarm(wire).remove("secrets", "s1")
    assert wire.asked == [("DELETE", "/secrets/s1", None, None, 60.0, None)]
    assert not Swarm(Wire(refusal=RefusedError("no", 404))).remove("secrets", "s1")
    with pytest.raises(RefusedError, match="in use"):
        Swarm(Wire(refusal=RefusedError("in use", 409))).remove("secrets", "s1")


def test_logs_are_both_streams_without_their_frames() -> None:
    wire = Wire(b"\x01\0\0\0\0\0\0\x04out\xff")
    assert Swarm(wire).logs("tasks", "t1", {"tail": "5"}) == "out\ufffd"
    asked = {"stdout": "1", "stderr": "1", "tail": "5"}
    assert wire.asked == [("GET", "/tasks/t1/logs", asked, None, -1.0, None)]


def test_an_engine_without_a_swarm_says_what_makes_one() -> None:
    with pytest.raises(MissingToolError) as caught:
        Swarm(Wire(refusal=RefusedError("This node is no manager. Use something. Else", 503))).info()
    assert str(caught.value) == (
        "the engine is not a manager of a swarm: This node is no manager\n"
        "  → docker swarm init makes one of it; or name a manager: --context, DOCKER_HOST"
    )


def test_a_content_is_sent_in_base64() -> None:
    assert swarm.blob("n", b"\xff", {"a": "b"}) == {"Name": "n", "Data": "/w==", "Labels": {"a": "b"}}
