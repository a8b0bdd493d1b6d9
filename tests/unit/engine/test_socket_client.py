"""The engine's API over a socket: a pair of connected sockets stands in for the engine's."""

from __future__ import annotations

import socket
import threading
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from unittest.mock import MagicMock, call

import pytest

from dockgate.core.errors import MissingToolError
from dockgate.engine import socket_client
from dockgate.engine.api import RefusedError
from dockgate.engine.socket_client import EngineSocket, unframe

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.engine.canned import Server


ENGINE = EngineSocket("/x.sock")


def test_containers_are_asked_for_by_label_stopped_ones_too(server: Server) -> None:
    """One request."""
    server.answer([{"Id": "1"}])
    assert ENGINE.containers({"label": ["a=b"]}) == [{"Id": "1"}]
    assert server.asked == ["GET /v1.45/containers/json?all=1&filters=%7B%22label%22%3A+%5B%22a%3Db%22%5D%7D HTTP/1.1"]


@pytest.mark.parametrize(
    ("call", "seconds"),
    [
        (lambda: ENGINE.containers({}), 15.0),
        (lambda: ENGINE.start("a"), 90.0),
        (lambda: ENGINE.stop("a", 7), 97.0),
        (lambda: ENGINE.remove("a"), 90.0),
        (lambda: ENGINE.logs("a", 1), 15.0),
        (lambda: ENGINE.request("GET", "/x"), 15.0),
        (lambda: ENGINE.request("GET", "/x", timeout=3.0), 3.0),
        (lambda: list(ENGINE.events({}, "")), 15.0),
    ],
)
def test_each_request_has_its_time_and_a_connection_of_its_own(
    server: Server, call: Callable[[], Any], seconds: float
) -> None:
    """To the socket of the engine."""
    server.answer({})
    call()
    assert server.opened == [("/x.sock", seconds)]


def test_a_connection_is_one_to_a_socket_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """With its time from the beginning."""
    made = MagicMock()
    monkeypatch.setattr(socket, "socket", made)
    socket_client._Connection("/x.sock", 3.0).connect()
    opened = call(socket.AF_UNIX, socket.SOCK_STREAM)
    assert made.mock_calls == [opened, call().settimeout(3.0), call().connect("/x.sock")]


def test_a_request_has_the_headers_that_it_was_given(server: Server) -> None:
    """A swarm's manager takes a registry's credentials in one."""
    server.answer({})
    ENGINE.request("POST", "/services/create", body={}, headers={"X-Registry-Auth": "e30="})
    assert "X-Registry-Auth: e30=" in server.heads[0]
    assert "Content-Type: application/json" in server.heads[0]


def test_an_engine_that_does_not_answer_is_missing(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    """Exit code 4, and what to do about it."""
    server.answers.append(b"")
    monkeypatch.setattr(server, "_serve", lambda end: end.close())
    with pytest.raises(MissingToolError) as caught:
        ENGINE.inspect("x")
    assert caught.value.what.startswith("the engine at unix:///x.sock does not answer: ")
    assert caught.value.fix == "./bootstrap installs and starts an engine; inv doctor shows what is missing"
    refused = PermissionError(13, "Permission denied")
    monkeypatch.setattr(socket_client._Connection, "connect", lambda _connection: (_ for _ in ()).throw(refused))
    with pytest.raises(MissingToolError) as caught:
        ENGINE.inspect("x")
    assert str(caught.value) == (
        "the engine at unix:///x.sock does not answer: [Errno 13] Permission denied\n"
        "  → you may not open the socket: join the group docker, or run as root"
    )


def test_an_answer_that_breaks_off_is_none(server: Server) -> None:
    """Behind its head, or in the words of a refusal."""
    for status in ("200 OK", "500 Internal Server Error"):
        server.answers.append(f"HTTP/1.1 {status}\r\nContent-Length: 99\r\n\r\nhalf".encode())
        served = server._serve

        def serve(end: socket.socket, served: Callable[[socket.socket], None] = served) -> None:
            served(end)
            end.close()

        server._serve = serve  # type: ignore[method-assign]
        with pytest.raises(MissingToolError, match=r"the engine at unix:///x\.sock does not answer: IncompleteRead"):
            ENGINE.inspect("x")


def test_logs_without_a_kind_are_framed(server: Server) -> None:
    """As engines before the kinds gave them."""
    server.answers.append(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n\x01\0\0\0\0\0\0\x01a")
    assert ENGINE.logs("x", 5) == "a"


@pytest.mark.parametrize("error", [OSError, HTTPException, ValueError])
def test_a_stream_ends_when_its_connection_is_lost(error: type[Exception]) -> None:
    """And nothing of it stays open."""
    connection, response = MagicMock(), MagicMock()
    response.__iter__.side_effect = error
    stream = socket_client.SocketStream(connection, response)
    assert list(stream) == []
    assert (connection.close.mock_calls, response.close.mock_calls) == ([call()], [call()])
    connection.sock.shutdown.side_effect = OSError
    stream.close()
    assert connection.sock.shutdown.mock_calls == [call(socket.SHUT_RDWR)]


@pytest.mark.parametrize("content", [b"{\n", b'{"a": 1}\n{\n'])
def test_a_stream_that_is_none_ends(server: Server, content: bytes) -> None:
    """With what came before; both its parts are closed."""
    server.answer(content)
    stream = ENGINE.events({}, "")
    assert list(stream) == ([{"a": 1}] if b"a" in content else [])
    assert stream._response.closed
    assert stream._connection.sock is None


def test_events_end_when_they_are_closed_from_another_thread(server: Server) -> None:
    """And only then, or when the engine goes away."""
    chunk = b'{"Action": "start"}\n'
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    server.answers.append(head + f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
    stream = ENGINE.events({"type": ["container"]}, "1.5")
    found, got = [], threading.Event()

    def listen() -> None:
        for event in stream:
            found.append(event)
            got.set()

    thread = threading.Thread(target=listen)
    thread.start()
    assert got.wait(60)
    stream.close()
    thread.join(60)
    assert not thread.is_alive()
    assert found == [{"Action": "start"}]
    assert server.asked[0].endswith("&since=1.5 HTTP/1.1")


@pytest.mark.parametrize(
    ("call", "line", "body"),
    [
        (lambda: ENGINE.inspect("abc"), "GET /v1.45/containers/abc/json HTTP/1.1", ""),
        (lambda: ENGINE.image("a/b:1@sha256:2"), "GET /v1.45/images/a%2Fb%3A1%40sha256%3A2/json HTTP/1.1", ""),
        (lambda: ENGINE.start("abc"), "POST /v1.45/containers/abc/start HTTP/1.1", ""),
        (lambda: ENGINE.stop("abc", 3), "POST /v1.45/containers/abc/stop?t=3 HTTP/1.1", ""),
        (lambda: ENGINE.network("n /1"), "GET /v1.45/networks/n%20%2F1 HTTP/1.1", ""),
        (lambda: ENGINE.volume("v /1"), "GET /v1.45/volumes/v%20%2F1 HTTP/1.1", ""),
        (lambda: ENGINE.remove("abc"), "DELETE /v1.45/containers/abc?force=1&v=1 HTTP/1.1", ""),
        (lambda: ENGINE.logs("abc", 5), "GET /v1.45/containers/abc/logs?stdout=1&stderr=1&tail=5 HTTP/1.1", ""),
        (lambda: list(ENGINE.events({}, "")), "GET /v1.45/events?filters=%7B%7D HTTP/1.1", ""),
        (
            lambda: list(ENGINE.events({"label": ("a", "b")}, "12.5")),
            "GET /v1.45/events?filters=%7B%22label%22%3A+%5B%22a%22%2C+%22b%22%5D%7D&since=12.5 HTTP/1.1",
            "",
        ),
        (lambda: ENGINE.request("POST", "/x", {"a": "b c"}), "POST /v1.45/x?a=b+c HTTP/1.1", ""),
        (lambda: ENGINE.request("POST", "/x", body={"a": 1}), "POST /v1.45/x HTTP/1.1", '{"a": 1}'),
        (lambda: ENGINE.request("PUT", "/v1.50/x", body=[]), "PUT /v1.50/x HTTP/1.1", "[]"),
    ],
)
def test_a_request_has_a_body_with_its_kind_or_neither(
    server: Server, call: Callable[[], Any], line: str, body: str
) -> None:
    """The engine refuses a kind of content without content from some versions on; references are quoted."""
    server.answer({})
    call()
    assert server.asked == [line]
    [head] = server.heads
    assert ("Content-Type: application/json" in head) is bool(body)
    assert server.bodies == [body]
    assert "Host: localhost" in head


def test_what_the_engine_says_is_read_as_far_as_it_is_text(server: Server) -> None:
    """A log, and a refusal that is no document."""
    server.answer(b"a\xff", kind="application/vnd.docker.raw-stream")
    assert ENGINE.logs("abc", 1) == "a\ufffd"
    server.answer(b"\x01\0\0\0\0\0\0\x02b\xff\x02\0\0\0\0\0\0\x01c", kind="application/vnd.docker.multiplexed-stream")
    assert ENGINE.logs("abc", 1) == "b\ufffdc"
    assert (unframe(b"\x01\0\0"), unframe(b"\x01\0\0\0\x01\0\0\0a")) == (b"", b"a")
    for said, heard in ((b"no\xff", "no\ufffd"), (b'{"message": "gone"}', "gone"), (b"[]", "[]"), (b"{}", "{}")):
        server.answer(said, status="400 Bad Request")
        with pytest.raises(RefusedError) as caught:
            ENGINE.inspect("abc")
        assert (caught.value.what, caught.value.status, caught.value.code) == (heard, 400, 5)
    server.answer(b"", "301 Moved Permanently")
    with pytest.raises(RefusedError) as caught:
        ENGINE.image("gcr.io//trainer")
    assert caught.value.status == 301
