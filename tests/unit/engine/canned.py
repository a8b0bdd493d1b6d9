"""An engine on a socket that gives canned answers."""

from __future__ import annotations

import json
import socket
import threading
from typing import TYPE_CHECKING, Any

from dockgate.engine import socket_client

if TYPE_CHECKING:
    import pytest


class Server:
    """Answers each request with the next of some canned answers, and remembers what it was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Take the place of the engine."""
        self.asked: list[str] = []
        self.heads: list[list[str]] = []
        self.bodies: list[str] = []
        self.answers: list[bytes] = []
        self.ends: list[socket.socket] = []
        self.opened: list[tuple[str, float]] = []

        def connect(connection: Any) -> None:
            self.opened.append((connection._path, connection.timeout))
            connection.sock, end = socket.socketpair()
            self.ends.append(end)
            threading.Thread(target=self._serve, args=(end,), daemon=True).start()

        monkeypatch.setattr(socket_client._Connection, "connect", connect)

    def answer(self, body: Any, status: str = "200 OK", kind: str = "application/json") -> None:
        """Answer the next request; bytes as they are, everything else as JSON."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n\r\n"
        self.answers.append(head.encode() + content)

    def _serve(self, end: socket.socket) -> None:
        with end.makefile("rb") as request:
            head = [*iter(lambda: request.readline().decode().rstrip("\r\n"), "")]
            length = sum(int(line.partition(": ")[2]) for line in head if line.startswith("Content-Length: "))
            self.bodies.append(request.read(length).decode())
        self.asked.append(head[0])
        self.heads.append(head)
        end.sendall(self.answers.pop(0))

    def close(self) -> None:
        """Close what is open."""
        for end in self.ends:
            end.close()
