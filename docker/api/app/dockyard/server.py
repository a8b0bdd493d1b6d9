"""Serving HTTP: a stop is announced before it happens, and what is under way comes to its end."""

import asyncio
import select
import socket
import time
from types import FrameType
from typing import Any

import uvicorn

from dockyard.operations import Operations

# Seconds in which /readyz says that this process stops, while requests are taken: who asks it stops sending them.
NOTICE = 0.5
# Seconds at most in which what waits to be accepted is, and in which a connection that was taken in the last moment
# sends its request: uvicorn would end it without one. Chosen: a gateway sends at once, if its machine lets it.
ACCEPT, LAST = 0.5, 2.0
PASSES = 2  # of the loop, in which a connection is accepted and made
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
        loop.call_soon_threadsafe(self._drain.told.set)
        loop.call_soon_threadsafe(loop.call_later, NOTICE, super().handle_exit, sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take what waits to be accepted, which a closed socket would reset, and the requests that come with it.

        The loop accepts in one pass and makes the connection in the next. One that it makes after the server was
        closed is refused by the server (`asyncio.base_events.Server._attach`) and stays open, without an answer, for as
        long as the process lives. Two passes with nothing waiting are therefore needed before the close.
        """
        listeners = [listener.fileno() for each in self.servers for listener in each.sockets]
        quiet, ends = 0, time.monotonic() + ACCEPT
        while quiet < PASSES and time.monotonic() < ends:
            await asyncio.sleep(0)
            quiet = 0 if select.select(listeners, [], [], 0)[0] else quiet + 1
        for each in self.servers:
            each.close()
        connections, ends = self.server_state.connections, time.monotonic() + LAST
        # Nothing says that the first request of a connection has come.
        while time.monotonic() < ends and any(getattr(each, "cycle", 0) is None for each in connections):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        await super().shutdown(sockets)


async def serve(app: Any, port: int, operations: Operations) -> None:
    """Answer HTTP until SIGTERM."""
    allowed = operations.settings.forwarded_allow_ips
    config = uvicorn.Config(app, port=port, forwarded_allow_ips=allowed, **HTTP, **QUIET)
    config.timeout_graceful_shutdown = FINISH
    await Server(config, operations).serve()
