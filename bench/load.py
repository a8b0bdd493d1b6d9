"""Requests at a steady rate against a gateway: GET and POST on kept and on new connections, long ones, WebSockets.

Each client is a thread on a blocking socket, which takes a quarter of the processor that an event loop takes for the
same: what is measured shares the machine with what measures it.
"""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from select import select
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import ssl

CLIENTS = 40
NEW, POST = 4, 8  # every fourth client opens a connection for each request, every eighth request is a POST
LONG, LASTING, SOCKETS = 4, 20, 2  # clients with requests that last so many seconds, and WebSockets
TIMEOUT = 15.0
TEXT, CLOSE, RESTART = 1, 8, 1012  # of RFC 6455; 1012: the server restarts, connect again


@dataclass
class Report:
    """What came back: requests, failures by kind, ids of accepted jobs, and versions that answered."""

    requests: int = 0
    long: int = 0
    sockets: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    jobs: list[int] = field(default_factory=list)
    versions: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    seconds: float = 0.0
    megabytes: float = 0.0

    @property
    def failed(self) -> int:
        """Return how many requests failed."""
        return self.failures.total()

    def as_json(self) -> dict[str, object]:
        """Return what is kept of it."""
        return {
            "requests": self.requests,
            "long": self.long,
            "sockets": self.sockets,
            "failed": self.failed,
            "failures": dict(self.failures),
            "jobs": len(self.jobs),
            "seconds": round(self.seconds, 1),
            "megabytes": round(self.megabytes, 1),
            "slowest": round(self.slowest, 3),
            "rate": round(self.requests / self.seconds, 1) if self.seconds else 0.0,
        }


class Connection:
    """One connection to the gateway, and what came over it that was not read yet."""

    def __init__(self, made: socket.socket) -> None:
        """Take a connected socket."""
        self.socket, self._rest = made, b""

    def line(self) -> bytes:
        """Return the next line, without its end."""
        while b"\r\n" not in self._rest:
            self._more()
        found, _, self._rest = self._rest.partition(b"\r\n")
        return found

    def exactly(self, count: int) -> bytes:
        """Return so many bytes."""
        while len(self._rest) < count:
            self._more()
        found, self._rest = self._rest[:count], self._rest[count:]
        return found

    def head(self) -> tuple[int, dict[str, str]]:
        """Return the status and the headers of an answer."""
        status, headers = int(self.line().split(b" ", 2)[1]), dict[str, str]()
        while line := self.line().decode().lower():
            name, _, value = line.partition(":")
            headers[name] = value.strip()
        return status, headers

    def _more(self) -> None:
        found = self.socket.recv(65536)
        if not found:
            raise ConnectionError("closed early")
        self._rest += found


class Load:
    """A load on a port of this machine; `with Load(…) as load:` runs it, then `load.report` has what came back."""

    def __init__(self, port: int, trusted: ssl.SSLContext | None, token: str, rate: float) -> None:
        """Take where to send so many requests a second, with a session's token for what needs one."""
        self._port, self._trusted, self._token, self._rate = port, trusted, token, rate
        self.report = Report()
        self._lock, self._over, self._began = threading.Lock(), threading.Event(), 0.0
        work = [(self._client, CLIENTS), (self._long, LONG), (self._live, SOCKETS)]
        self._threads = [
            threading.Thread(target=each, args=(number,), daemon=True)
            for each, count in work
            for number in range(count)
        ]

    def __enter__(self) -> Self:
        """Start."""
        self._began = time.monotonic()
        for each in self._threads:
            each.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Let every request that is under way come to its end."""
        self._over.set()
        self.report.seconds = time.monotonic() - self._began
        for each in self._threads:
            each.join()

    def _client(self, number: int) -> None:
        every, turn = CLIENTS / self._rate, number
        kept: Connection | None = None
        due = time.monotonic() + every * number / CLIENTS
        while not self._over.wait(max(0.0, due - time.monotonic())):
            due = max(due + every, time.monotonic() - 1.0)
            turn += 1
            kept = self._request(kept, post=turn % POST == 0, keep=number % NEW != 0)

    def _request(self, kept: Connection | None, *, post: bool, keep: bool) -> Connection | None:
        began, kind = time.monotonic(), "POST" if post else "GET"
        connection = kept
        try:
            connection = connection or self._connect(TIMEOUT)
            failure, closes = self._ask(connection, post=post, keep=keep), False
        except (OSError, ValueError) as error:
            failure, closes = type(error).__name__, True
        with self._lock:
            self.report.requests += 1
            self.report.slowest = max(self.report.slowest, time.monotonic() - began)
            if failure not in {"", "close"}:
                self.report.failures[f"{kind} {failure}"] += 1
        if connection and (closes or failure or not keep):
            connection.socket.close()
            return None
        return connection

    def _ask(self, connection: Connection, *, post: bool, keep: bool) -> str:
        """Send a request; return what was wrong with its answer, `close` where the connection ends with it."""
        body = b'{"kind": "activity"}' if post else b""
        first = "POST /api/jobs" if post else "GET /version"
        connection.socket.sendall(self._head(first, keep=keep, length=len(body)) + body)
        status, headers = connection.head()
        body = connection.exactly(int(headers.get("content-length", "0")))
        if status != (202 if post else 200):
            return str(status)
        document = json.loads(body)
        with self._lock:
            if post:
                self.report.jobs.append(int(document["id"]))
            else:
                self.report.versions[str(document["version"])] += 1
        return "close" if headers.get("connection") == "close" else ""

    def _long(self, number: int) -> None:
        """Ask for answers that last, one after the other; a whole one has its last chunk."""
        self._over.wait(number * LASTING / LONG / 2)
        while not self._over.is_set():
            failure = ""
            try:
                connection = self._connect(LASTING + TIMEOUT)
                connection.socket.sendall(self._head(f"GET /api/events?seconds={LASTING}", keep=False))
                status, _ = connection.head()
                while status == 200 and (size := int(connection.line(), 16)):
                    connection.exactly(size + 2)
                failure = "" if status == 200 else str(status)
                connection.socket.close()
            except (OSError, ValueError) as error:
                failure = type(error).__name__
                self._over.wait(1.0)
            with self._lock:
                self.report.long += 1
                self.report.failures.update([f"long {failure}"] if failure else [])

    def _live(self, _number: int) -> None:
        """Hold a WebSocket; one that says 1012 is opened again, any other end is a failure."""
        while not self._over.is_set():
            failure = ""
            try:
                failure = self._hold(self._connect(TIMEOUT))
            except (OSError, ValueError) as error:
                failure = type(error).__name__
                self._over.wait(1.0)
            with self._lock:
                self.report.sockets += 1
                self.report.failures.update([f"WebSocket {failure}"] if failure else [])

    def _hold(self, connection: Connection) -> str:
        key = "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
        head = self._head("GET /api/live", keep=True).replace(b"keep-alive\r\n\r\n", b"Upgrade\r\n" + key.encode())
        connection.socket.sendall(head)
        status, _ = connection.head()
        if status != 101:
            return str(status)
        while not self._over.is_set():
            # A client that only writes meets the end of the connection before the reason that the server gave for it.
            if not select([connection.socket], [], [], 0.5)[0]:
                connection.socket.sendall(_frame(TEXT, b"x"))
            while (got := _read(connection))[0] != TEXT:
                if got[0] == CLOSE:
                    code = int.from_bytes(got[1][:2])
                    return "" if code == RESTART else str(code)
        with suppress(OSError):
            connection.socket.sendall(_frame(CLOSE, (1000).to_bytes(2)))
            connection.socket.close()
        return ""

    def _connect(self, timeout: float) -> Connection:
        made = socket.create_connection(("127.0.0.1", self._port), timeout=timeout)
        if self._trusted:
            made = self._trusted.wrap_socket(made, server_hostname="localhost")
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return Connection(made)

    def _head(self, first: str, *, keep: bool, length: int = 0) -> bytes:
        lines = [f"{first} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {self._token}"]
        lines += ["Content-Type: application/json", f"Content-Length: {length}"]
        lines.append(f"Connection: {'keep-alive' if keep else 'close'}")
        return "\r\n".join([*lines, "", ""]).encode()


def _frame(kind: int, data: bytes) -> bytes:
    mask = os.urandom(4)
    return bytes([0x80 | kind, 0x80 | len(data)]) + mask + bytes(each ^ mask[at % 4] for at, each in enumerate(data))


def _read(connection: Connection) -> tuple[int, bytes]:
    first, second = connection.exactly(2)
    size: Any = second & 0x7F
    size = int.from_bytes(connection.exactly({126: 2, 127: 8}[size])) if size > 125 else size
    return first & 0x0F, connection.exactly(size)
