import asyncio
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dockyard import server
from dockyard.operations import Operations


async def slow(_: Request) -> Response:
    await asyncio.sleep(3.0)
    return PlainTextResponse("finished")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def get(port: int, path: str) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    answer = (await reader.read()).decode()
    writer.close()
    return answer


async def listening(port: int) -> None:
    for _ in range(3000):
        try:
            await get(port, "/healthz")
        except OSError:
            await asyncio.sleep(0.02)
        else:
            return


@pytest.fixture
def terminated() -> Iterator[list[int]]:
    """Signals that uvicorn hands on when it has ended."""
    found: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: found.append(number))
    yield found
    signal.signal(signal.SIGTERM, before)


def test_a_stop_is_announced_and_what_is_under_way_ends_well(
    operations: Operations, terminated: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "NOTICE", 2.0)  # a loaded machine has to ask within it
    app, port = Starlette(routes=[Route("/slow", slow), *operations.routes()]), free_port()

    async def story() -> tuple[str, str, str]:
        running = asyncio.create_task(server.serve(app, port, operations))
        await listening(port)
        before, last = await get(port, "/readyz"), asyncio.create_task(get(port, "/slow"))
        await asyncio.sleep(0.1)
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(0.1)
        after = await get(port, "/readyz")
        await asyncio.wait_for(running, 10)
        with pytest.raises(OSError):  # noqa: PT011 - refused, whatever its number
            await get(port, "/readyz")
        return before, after, await last

    before, after, last = asyncio.run(story())
    assert before.startswith("HTTP/1.1 200")
    assert after.startswith("HTTP/1.1 503")
    assert "stopping" in after
    assert last.endswith("finished")
    assert terminated == [signal.SIGTERM]


def test_what_waits_to_be_accepted_is_answered(operations: Operations, terminated: list[int]) -> None:
    app, port, request = Starlette(routes=operations.routes()), free_port(), b"GET /readyz HTTP/1.1\r\nHost: x\r\n"

    async def story() -> list[bytes]:
        config = uvicorn.Config(app, port=port, **server.HTTP, **server.QUIET)
        made = server.Server(config, operations)
        running = asyncio.create_task(made.serve())
        await listening(port)
        # Nothing is awaited in between: they are in the socket's queue when the server begins to stop.
        made.should_exit = True
        with ExitStack() as kept:
            waiting = [kept.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(20)]
            await asyncio.sleep(0.15)
            for each in waiting:
                each.sendall(request + b"Connection: close\r\n\r\n")
            await asyncio.wait_for(running, 10)
            return [each.recv(1000) for each in waiting]

    answers = asyncio.run(story())
    assert {each.split(b"\r\n")[0] for each in answers} == {b"HTTP/1.1 200 OK"}


def test_what_comes_while_the_socket_closes_is_refused_or_answered(
    operations: Operations, terminated: list[int]
) -> None:
    app, port, request = Starlette(routes=operations.routes()), free_port(), b"GET /readyz HTTP/1.1\r\nHost: x\r\n"
    kept, found = ExitStack(), list[socket.socket]()

    def come(left: int) -> None:
        """Connect once in each pass of the loop."""
        with suppress(ConnectionRefusedError):
            found.append(kept.enter_context(socket.create_connection(("127.0.0.1", port))))
            if left:
                asyncio.get_running_loop().call_soon(come, left - 1)

    class Stopping(server.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            asyncio.get_running_loop().call_soon(come, 8)
            await super().shutdown(sockets)

    async def story() -> list[bytes]:
        made = Stopping(uvicorn.Config(app, port=port, **server.HTTP, **server.QUIET), operations)
        running = asyncio.create_task(made.serve())
        await listening(port)
        made.should_exit = True
        await asyncio.sleep(0.2)
        for each in found:
            each.sendall(request + b"Connection: close\r\n\r\n")
            each.settimeout(1)
        await asyncio.wait_for(running, 10)
        return [each.recv(1000) for each in found]

    with kept:
        answers = asyncio.run(story())
    assert answers
    assert {each.split(b"\r\n")[0] for each in answers} == {b"HTTP/1.1 200 OK"}


def test_a_second_signal_does_not_wait(operations: Operations, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "NOTICE", 60.0)
    ended: list[Any] = []
    monkeypatch.setattr(uvicorn.Server, "handle_exit", lambda *_: ended.append(True))

    async def story() -> None:
        made = server.Server(uvicorn.Config(Starlette()), operations)
        made.handle_exit(signal.SIGTERM, None)
        assert ended == []
        await asyncio.wait_for(operations.drain.told.wait(), 60)
        made.handle_exit(signal.SIGTERM, None)

    asyncio.run(story())
    assert ended == [True]
