"""The WebSocket of the API: a connection that lasts; a stop ends it with an announcement instead of a reset."""

import asyncio

import msgspec
from starlette.exceptions import HTTPException
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from dockyard.access import Access, foreign
from dockyard.operations import STORE_ERRORS, Drain
from dockyard.schemas import Jobs

# Seconds between two looks at the jobs; a stop ends the wait, so that it is noticed before it happens.
LOOK = 0.4
# RFC 6455's registry: connect again; try again later. Refusals are HTTP's codes, in the range for applications.
RESTART, LATER, REFUSED = 1012, 1013, 4000


def route(rights: Access, drain: Drain) -> WebSocketRoute:
    """Return the endpoint `/api/live`."""

    async def live(socket: WebSocket) -> None:
        """Send the caller's jobs when they change, and in answer to every message; 1012 asks to connect again."""
        await socket.accept()
        incoming = asyncio.create_task(_messages(socket, asked := asyncio.Event()))
        try:
            await _send(socket, rights, drain, asked, incoming)
        except HTTPException as error:
            await socket.close(REFUSED + error.status_code, error.detail)
        except STORE_ERRORS:
            await socket.close(LATER, "a store is unavailable")
        finally:
            incoming.cancel()

    return WebSocketRoute("/api/live", live)


async def _messages(socket: WebSocket, asked: asyncio.Event) -> None:
    """Note each message, to the end of the connection; what it says does not matter."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        asked.set()


async def _send(
    socket: WebSocket, rights: Access, drain: Drain, asked: asyncio.Event, incoming: asyncio.Task[None]
) -> None:
    if foreign(socket):
        raise HTTPException(403, "from another site")
    sent = b""
    while not drain.begun and not incoming.done():
        account = await rights.caller(socket, "jobs:run")  # each time: a session that was ended ends this as well
        jobs = msgspec.json.encode(Jobs(await rights.jobs(account)))
        if jobs != sent or asked.is_set():
            asked.clear()
            await socket.send_text(jobs.decode())
            sent = jobs
        waiting = [asyncio.create_task(each.wait()) for each in (asked, drain.told)]
        await asyncio.wait({*waiting, incoming}, timeout=LOOK, return_when=asyncio.FIRST_COMPLETED)
        for each in waiting:
            each.cancel()
    if not incoming.done():
        await socket.close(RESTART, "restarting")
