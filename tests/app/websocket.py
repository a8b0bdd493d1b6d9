"""The client's side of a WebSocket, as far as the tests need one: text in, frames out."""

from __future__ import annotations

import base64
import os
import socket
import struct
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import ssl

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
LONG, LONGER = 126, 127  # RFC 6455: a length of two or of eight bytes follows


class WebSocket:
    """A connection to an address of a gateway, with a session's token."""

    def __init__(self, base: str, path: str, token: str, trusted: ssl.SSLContext | None) -> None:
        address = urlsplit(base)
        assert address.hostname
        plain = socket.create_connection((address.hostname, address.port or 443), timeout=300)
        self._socket = trusted.wrap_socket(plain, server_hostname=address.hostname) if trusted else plain
        key = base64.b64encode(os.urandom(16)).decode()
        wanted = ("Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13")
        lines = (f"GET {path} HTTP/1.1", f"Host: {address.netloc}", *wanted, f"Authorization: Bearer {token}", "", "")
        self._socket.sendall("\r\n".join(lines).encode())
        self._stream = self._socket.makefile("rb")
        self.status = int(self._stream.readline().split()[1])
        while self._stream.readline().strip():
            pass

    def send(self, body: bytes, kind: int = TEXT) -> None:
        """Send a short message; a client's are masked."""
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[place % 4] for place, byte in enumerate(body))
        self._socket.sendall(bytes((0x80 | kind, 0x80 | len(body))) + mask + masked)

    def receive(self) -> tuple[int, bytes]:
        """Return the next frame: its kind, and what it holds; of a close that is the code. Pings are answered."""
        while (found := self._frame())[0] == PING:
            self.send(found[1], PONG)
        return found

    def _frame(self) -> tuple[int, bytes]:
        kind, length = self._stream.read(2)
        if length == LONG:
            (length,) = struct.unpack("!H", self._stream.read(2))
        elif length == LONGER:
            (length,) = struct.unpack("!Q", self._stream.read(8))
        return kind & 0x0F, self._stream.read(length)

    def close(self) -> None:
        """Hang up."""
        self._stream.close()
        self._socket.close()
