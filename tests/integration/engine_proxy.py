"""A socket that leads to the engine until it ends: an engine that goes away, without stopping the real one."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pathlib import Path

ENGINE = "/var/run/docker.sock"


class EngineProxy:
    """Everything that comes is handed on, until the end: open connections are cut then, and new ones refused."""

    def __init__(self, path: Path) -> None:
        """Take where the socket is to be."""
        self._path = path
        self._server = socket.socket(socket.AF_UNIX)
        self._open: list[socket.socket] = []
        self._over = threading.Event()

    @property
    def host(self) -> str:
        """Return what DOCKER_HOST has to be."""
        return f"unix://{self._path}"

    def __enter__(self) -> Self:
        """Listen."""
        self._path.unlink(missing_ok=True)
        self._server.bind(str(self._path))
        self._server.listen()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Clean up."""
        self.end()

    def end(self) -> None:
        """Go away."""
        self._over.set()
        self._path.unlink(missing_ok=True)
        for each in (self._server, *self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while not self._over.is_set():
                client, _ = self._server.accept()
                engine = socket.socket(socket.AF_UNIX)
                engine.connect(ENGINE)
                self._open += [client, engine]
                if self._over.is_set():  # since it was accepted
                    self.end()
                    return
                for source, target in ((client, engine), (engine, client)):
                    threading.Thread(target=self._copy, args=(source, target), daemon=True).start()

    @staticmethod
    def _copy(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
