"""Serving HTTP: a stop is announced before it happens, and what is under way comes to its end."""

import asyncio
import socket
from types import FrameType
from typing import Any

import uvicorn

from dockyard.operations import Operations

# Seconds in which /readyz says that this process stops, while requests are taken: who asks it stops sending them.
NOTICE = 0.5
# Seconds in which a connection that was taken in the last moment sends its request; uvicorn would end it without one.
LAST = 0.2
# Seconds that requests under way have then; Compose's stop_grace_period has to be longer.
FINISH = 25
# The container's network decides who reaches it.
HTTP: dict[str, Any] = {"host": "0.0.0.0", "http": "h11", "ws": "wsproto", "lifespan": "off"}  # noqa: S104
# observe.py writes the log.
QUIET: dict[str, Any] = {"log_config": None, "access_log": False, "server_header": False}


class Server(uvicorn.Server):
    """A server that a signal ends in two steps; a second signal does not wait for the first step."""

    def __init__(self, config: uvicorn.Config, operations: Operations) -> None:
        super().__init__(config)
        self._drain = operations.drain

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Announce the stop, then stop."""
        if self._drain.begun:
            super().handle_exit(sig, frame)
            return
        self._drain.begun = True
        loop = asyncio.get_running_loop()
        loop.call_soon_threadsafe(loop.call_later, NOTICE, super().handle_exit, sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take what waits to be accepted, which a closed socket would reset, and the requests that come with it."""
        for _ in range(2):  # in the first one the loop sees that something waits, in the second it has accepted all
            await asyncio.sleep(0)
        for each in self.servers:
            each.close()
        await asyncio.sleep(LAST)
        await super().shutdown(sockets)


async def serve(app: Any, port: int, operations: Operations) -> None:
    """Answer HTTP until SIGTERM."""
    allowed = operations.settings.forwarded_allow_ips
    config = uvicorn.Config(app, port=port, forwarded_allow_ips=allowed, **HTTP, **QUIET)
    config.timeout_graceful_shutdown = FINISH
    await Server(config, operations).serve()
