"""A local engine's API over its unix socket, with the standard library alone: the SDK costs 60 ms to import."""

from __future__ import annotations

import json
import socket
from contextlib import closing, suppress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from dockgate.core.errors import MissingToolError
from dockgate.core.readable import readable
from dockgate.engine.api import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

API = "/v1.45"  # engine 26, the oldest that we take; newer ones still speak it
VERSIONED = "/v1."  # how a path begins that names its version itself
TIMEOUT = 15.0  # seconds, chosen: an answer takes milliseconds
START_TIMEOUT = 90.0  # seconds, chosen: a start waits for volumes and networks
FRAME = 8  # bytes: the header of a frame in the Engine API's attach stream


class _Connection(HTTPConnection):
    def __init__(self, path: str, timeout: float | None) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class SocketStream:
    """Events, read line by line from a connection of their own."""

    def __init__(self, connection: _Connection, response: HTTPResponse) -> None:
        """Take over a connection whose answer never ends by itself."""
        self._connection = connection
        self._socket: socket.socket = connection.sock
        self._response = response

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield the events as they come; ends when the stream is lost or closed."""
        with closing(self._connection), closing(self._response), suppress(OSError, HTTPException, ValueError):
            for line in self._response:
                yield json.loads(line)

    def close(self) -> None:
        """End the stream: only a shutdown wakes a thread that waits in recv."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)


class EngineSocket:
    """A `wire.EngineClient` over a unix socket; every request has a connection of its own, so threads may share it."""

    def __init__(self, path: str) -> None:
        """Keep the socket's path; nothing is opened yet."""
        self.path = path

    def containers(self, filters: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
        """Return the containers that match, stopped ones too."""
        return list(self._json("/containers/json", all="1", filters=_filters(filters)))

    def inspect(self, container: str) -> dict[str, Any]:
        """Return everything about one container."""
        return dict(self._json(f"/containers/{container}/json"))

    def image(self, ref: str) -> dict[str, Any]:
        """Return everything about one image; RefusedError 404 where there is none."""
        return dict(self._json(f"/images/{quote(ref, safe='')}/json"))

    def network(self, ref: str) -> dict[str, Any]:
        """Return everything about one network, by name or id; RefusedError 404 where there is none."""
        return dict(self._json(f"/networks/{quote(ref, safe='')}"))

    def volume(self, ref: str) -> dict[str, Any]:
        """Return everything about one volume; RefusedError 404 where there is none."""
        return dict(self._json(f"/volumes/{quote(ref, safe='')}"))

    def start(self, container: str) -> None:
        """Start a container; one that runs already is left alone."""
        self._call("POST", f"/containers/{container}/start", START_TIMEOUT)

    def stop(self, container: str, seconds: int) -> None:
        """Stop a container, killing it after so many seconds; one that is stopped already is left alone."""
        self._call("POST", f"/containers/{container}/stop?t={seconds}", START_TIMEOUT + seconds)

    def remove(self, container: str) -> None:
        """Remove a container, running or not, and its anonymous volumes."""
        self._call("DELETE", f"/containers/{container}?force=1&v=1", START_TIMEOUT)

    def logs(self, container: str, tail: int) -> str:
        """Return the last lines that a container said on stdout and stderr."""
        query = urlencode({"stdout": 1, "stderr": 1, "tail": tail})
        kind, body = self._call("GET", f"/containers/{container}/logs?{query}", TIMEOUT)
        return readable(body if "raw-stream" in kind else unframe(body))

    def events(self, filters: Mapping[str, Sequence[str]], since: str) -> SocketStream:
        """Subscribe to events, `since` a time in the engine's clock (seconds.nanoseconds), else from now."""
        query = {"filters": _filters(filters)} | ({"since": since} if since else {})
        connection = _Connection(self.path, TIMEOUT)
        response = self._send(connection, "GET", f"/events?{urlencode(query)}")
        connection.sock.settimeout(None)
        return SocketStream(connection, response)

    def request(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: object = None,
        timeout: float = TIMEOUT,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        """Send one request, `body` as JSON; return the answer's bytes."""
        data = None if body is None else json.dumps(body).encode()
        asked = f"{path}?{urlencode(query)}" if query else path
        return self._call(method, asked, timeout, data, headers)[1]

    def _json(self, path: str, **query: str) -> Any:
        return json.loads(self._call("GET", f"{path}?{urlencode(query)}" if query else path, TIMEOUT)[1])

    def _call(
        self,
        method: str,
        path: str,
        timeout: float,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[str, bytes]:
        with closing(_Connection(self.path, timeout)) as connection:
            response = self._send(connection, method, path, data, headers)
            try:
                return response.getheader("Content-Type", ""), response.read()
            except (OSError, HTTPException) as error:
                raise self._silent(error) from error

    def _send(
        self,
        connection: _Connection,
        method: str,
        path: str,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> HTTPResponse:
        sent = {**({} if data is None else {"Content-Type": "application/json"}), **(headers or {})}
        try:
            connection.request(method, path if path.startswith(VERSIONED) else API + path, data, sent)
            response = connection.getresponse()
            refused = response.status >= HTTPStatus.BAD_REQUEST or response.status == HTTPStatus.MOVED_PERMANENTLY
            refusal = response.read() if refused else None
        except (OSError, HTTPException) as error:
            raise self._silent(error) from error
        if refusal is not None:
            raise RefusedError(_message(refusal), response.status)
        return response

    def _silent(self, error: Exception) -> MissingToolError:
        if isinstance(error, PermissionError):
            fix = "you may not open the socket: join the group docker, or run as root"
        else:
            fix = "./bootstrap installs and starts an engine; inv doctor shows what is missing"
        return MissingToolError(f"the engine at unix://{self.path} does not answer: {error}", fix=fix)


def unframe(body: bytes) -> bytes:
    """Return a container's output without the eight-byte headers that tell stdout from stderr."""
    out = bytearray()
    while len(body) >= FRAME:
        size = int.from_bytes(body[4:FRAME], "big")
        out += body[FRAME : FRAME + size]
        body = body[FRAME + size :]
    return bytes(out)


def _filters(filters: Mapping[str, Sequence[str]]) -> str:
    return json.dumps({name: list(values) for name, values in filters.items()})


def _message(body: bytes) -> str:
    try:
        return str(json.loads(body)["message"])
    except (ValueError, KeyError, TypeError):
        return readable(body)
